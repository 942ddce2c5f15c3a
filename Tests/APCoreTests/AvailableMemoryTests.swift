import Testing

@testable import APCore

@Suite struct AvailableMemoryTests {
  /// More than any machine has, by pages that could be had and by ones that could not.
  @Test(arguments: [(1 << 45, "32.0 TB"), (1 << 50, "1024 TB")])
  func whatNoMachineHasIsRefused(bytes: Int, size: String) throws {
    let error = #expect(throws: FilterError.self) {
      try AvailableMemory.require(bytes, for: "a test", advice: "Test less.")
    }
    #expect(error?.code == .outOfMemory)
    #expect(error?.advice == "Test less.")
    let message = try #require(error?.message)
    #expect(message.hasPrefix("There is not enough memory: a test takes about \(size)"))
    #expect(message.hasSuffix(" are left."))
  }

  @Test func whatIsThereIsNotRefused() throws {
    try AvailableMemory.require(1 << 20, for: "a test", advice: "")
    let (before, more) = (try #require(AvailableMemory.peak(adding: 0)), 1 << 30)
    let after = try #require(AvailableMemory.peak(adding: before + more))
    #expect(before > 0)
    #expect(after > before + more)
  }
}
