import TestSupport
import Testing

/// What `scripts/fuzz` has found, and what reaches most of each reader: all of it is read or refused, as promised.
@Suite(.serialized) struct CorpusTests {
  @Test(arguments: FuzzTarget.all)
  func everyInputIsReadOrRefused(target: FuzzTarget) throws {
    let folder = fixture("fuzz/\(target.name)")
    let names = try Command.tool("ls", "-A", folder).run().text.split(separator: "\n")
    #expect(names.count >= 3)
    for name in names {
      let bytes = try Files.read("\(folder)/\(name)")
      #expect(bytes.count <= target.maximumBytes, "\(name)")
      #expect(target.finding(bytes) == nil, "\(name)")
    }
  }

  /// A promise that is broken shows.
  @Test func aFindingIsTold() {
    let liar = FuzzTarget("liar", maximumBytes: 1) { bytes in
      try BrokenPromise.unless(bytes.isEmpty, "bytes")
    }
    #expect(liar.finding([]) == nil)
    #expect(liar.finding([1]) == "bytes")
  }
}
