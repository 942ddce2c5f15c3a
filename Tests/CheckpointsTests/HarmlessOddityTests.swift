import APCore
import TestSupport
import Testing

@testable import Checkpoints

/// Strange files that are read all the same, and do no harm.
@Suite struct HarmlessOddityTests {
  static let goodTensor = TestPickle.tensor(
    count: 2, offset: 1, shape: [1, 1], strides: [.max, 7])

  @Test(arguments: [false, true]) func archivesOfBothSizes(isZip64: Bool) throws {
    var archive = TestArchive(pickle: Self.goodTensor, storages: [le64(0x3f80_0000 << 32)])
    archive.isZip64 = isZip64
    // A comment may hold what looks like another end record.
    archive.comment = le32(0x0605_4b50) + [UInt8](repeating: 0, count: 40)
    let weights = try checkpoint(archive.bytes).weights()
    #expect(try weights.floats("t", shape: [1, 1]) == [1])
  }

  /// As the networks' trainers save it: alone, or beside what they go on from.
  @Test(arguments: [nil, "state", "state_dict", "model_state_dict"] as [String?])
  func stateDictIsFound(wrapper: String?) throws {
    let text = TestPickle.tensor(in: wrapper, count: 1, shape: [1], strides: [1])
    let weights = try checkpoint(TestArchive(pickle: text, storages: [le32(0x3f80_0000)]).bytes)
      .weights()
    #expect(try weights.floats("t", shape: [1]) == [1])
    try weights.finish()
  }

  /// A training script may have kept tensors of types that no network here has.
  @Test func tensorOfAnotherTypeStaysAWord() throws {
    let text = TestPickle.tensor(
      storage: "ComplexFloatStorage", count: 1, shape: [1], strides: [1])
    let checkpoint = try checkpoint(TestArchive(pickle: text, storages: [le64(0)]).bytes)
    #expect(checkpoint.content["state"]?["t"]?.name == "torch._utils._rebuild_tensor_v2")
    #expect(!checkpoint.weights().has("t"))
  }

  /// `os.system("touch …")` stays a word.
  @Test func nothingIsRun() throws {
    let folder = try TemporaryFolder()
    let text =
      [0x80, 2] + Array("}".utf8) + TestPickle.string("x") + Array("cposix\nsystem\n(".utf8)
      + TestPickle.string("touch \(folder.file("run"))") + Array("tRs.".utf8)
    let content = try checkpoint(TestArchive(pickle: text).bytes).content
    let call = try #require(content["x"]?.opaque)
    #expect(call.name == "posix.system")
    #expect(call.arguments?.first?.words == "touch \(folder.file("run"))")
    #expect(try folder.list().isEmpty)
  }

  /// Nothing recurses, neither in reading nor in letting go.
  @Test(arguments: [0x85 as UInt8, 0x61]) func aMillionLevels(instruction: UInt8) throws {
    let levels = 1_000_000
    let nesting: [UInt8] =
      instruction == 0x85
      ? [0x29] + [UInt8](repeating: 0x85, count: levels)
      : [UInt8](repeating: 0x5d, count: levels) + [UInt8](repeating: 0x61, count: levels - 1)
    let text = [0x80, 2] + Array("}".utf8) + TestPickle.string("deep") + nesting + [0x73, 0x2e]
    var value = try #require(try checkpoint(TestArchive(pickle: text).bytes).content["deep"])
    var depth = 0
    while true {
      switch value.kind {
      case .tuple(let items) where items.count == 1, .list(let items) where items.count == 1:
        value = items[0]
        depth += 1
        continue
      default: break
      }
      break
    }
    #expect(depth == (instruction == 0x85 ? levels : levels - 1))
  }

  /// Each of 40 lists holds the one before ten times: 10^40 values for who unfolds them.
  @Test func sharedValuesAreNotUnfolded() throws {
    var text = [0x80, 2] + Array("}".utf8) + TestPickle.string("laughs") + Array("]q\u{0}0".utf8)
    for level in 1...40 as ClosedRange<UInt8> {
      text += Array("](".utf8)
      for _ in 0..<10 { text += [UInt8(ascii: "h"), level - 1] }
      text += Array("eq".utf8) + [level] + Array("0".utf8)
    }
    text += [UInt8(ascii: "h"), 40] + Array("s.".utf8)
    var value = try #require(try checkpoint(TestArchive(pickle: text).bytes).content["laughs"])
    for _ in 0..<40 {
      guard case .list(let items) = value.kind else { break }
      #expect(items.count == 10)
      value = try #require(items.last)
    }
    guard case .list(let innermost) = value.kind else {
      Issue.record("not 40 levels")
      return
    }
    #expect(innermost.isEmpty)
  }
}
