import Digests
import Testing

@Suite struct ChecksumTests {
  /// What libxxhash makes of as many bytes, counted from 0 to 250 over and over.
  @Test(
    arguments: [
      (0, "99aa06d3014798d86001c324468d497f"), (1_000, "18bf41bc8229e27733ef703fb2b20ed1"),
      (1_000_000, "00d4a9d9f77c7d2ddf99c4163891c544"),
    ])
  func itIsXXH3(count: Int, text: String) {
    let bytes = (0..<count).map { UInt8($0 % 251) }
    for piece in [1, 63, 256, 1_000, 262_144, 1_000_000] {
      var checksum = Checksum()
      for start in stride(from: 0, to: count, by: piece) {
        bytes[start..<min(start + piece, count)].withUnsafeBytes { checksum.add($0) }
      }
      #expect(checksum.text == text, "in pieces of \(piece)")
    }
  }
}
