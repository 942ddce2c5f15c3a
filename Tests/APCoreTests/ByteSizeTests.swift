import APCore
import Testing

@Suite struct ByteSizeTests {
  @Test(arguments: [
    ("0", 0), ("1", 1), ("1k", 1 << 10), ("20G", 20 << 30), ("1.5M", 3 << 19), ("2T", 2 << 40),
  ])
  func sizesAreRead(text: String, bytes: Int) {
    #expect(ByteSize(argument: text)?.bytes == bytes)
  }

  @Test(arguments: [
    "", "G", "-1", "1.2.3", ".5G", "1 G", "1GB", "1P", "nan", "inf", "9999999999T", "１G",
  ])
  func whatIsNoSizeIsRefused(text: String) {
    #expect(ByteSize(argument: text) == nil)
  }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1_000, "1.0 KB"), (1 << 20, "1.0 MB"), (200 << 20, "200 MB"),
    (1 << 30, "1.0 GB"), (Int(99.97 * 1024), "100 KB"), (5_000 << 40, "5000 TB"),
  ])
  func sizesAreShown(bytes: Int, text: String) {
    #expect(ByteSize(bytes: bytes).description == text)
  }
}
