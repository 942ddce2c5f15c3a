import APCore
import TestSupport
import Testing

@testable import Checkpoints

/// Files that were made to break a reader: each is an error that says what is wrong.
@Suite struct HostileFileTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    /// Words of the message.
    let says: String
  }

  @Test(arguments: archives + pickles + tensors + safetensors + others)
  func isRefused(hostile: Case) {
    let error = #expect(throws: FilterError.self) { try checkpoint(hostile.bytes) }
    #expect(error?.message.contains(hostile.says) == true, "\(error?.message ?? "no error")")
    #expect(error?.message.hasPrefix("test.th ") == true)
    #expect(error?.code.status == .data)
  }

  // MARK: Archives

  static func archive(_ name: String, says: String, _ change: (inout TestArchive) -> Void) -> Case {
    var archive = TestArchive(
      pickle: TestPickle.tensor(count: 2, shape: [2], strides: [1]), storages: [le64(0)])
    change(&archive)
    return Case(testDescription: name, bytes: archive.bytes, says: says)
  }

  static let archives = [
    archive("compressed", says: "is compressed") { $0.entries[0].method = 8 },
    archive("encrypted", says: "is encrypted") { $0.entries[2].flags = 1 },
    archive("a name twice", says: "is there twice") { $0.entries.append($0.entries[2]) },
    archive("entry across the next", says: "overlap") { $0.entries[1].claimedSize = 30 },
    archive("entry outside the file", says: "are left") { $0.entries[2].claimedOffset = 1 << 31 },
    archive("entry longer than the file", says: "are left") { $0.entries[2].claimedSize = 1 << 31 },
    archive("entry of 2^64 bytes", says: "impossible sizes") {
      $0.isZip64 = true
      $0.entries[2].claimedSize = .max
    },
    archive("entry at 2^63", says: "impossible sizes") {
      $0.isZip64 = true
      $0.entries[2].claimedOffset = 1 << 63
    },
    archive("another local name", says: "the names in the header") {
      $0.entries[2].localName = "x/data/1"
    },
    archive("too many entries claimed", says: "are needed") { $0.claimedCount = 60_000 },
    archive("2^40 entries claimed", says: "are needed") {
      $0.isZip64 = true
      $0.claimedCount = 1 << 40
    },
    archive("no pickle", says: "0 data.pkl") { $0.entries[0].name = "x/data.txt" },
    archive("two pickles", says: "2 data.pkl") {
      $0.entries.append(.init(name: "y/data.pkl", content: []))
    },
    archive("big-endian", says: "little-endian") { $0.entries[1].content = Array("big".utf8) },
    archive("storage is missing", says: "not in the archive") { $0.entries.removeLast() },
    archive("storage is short", says: "has 7 bytes") { $0.entries[2].content.removeLast() },
  ]

  // MARK: Pickles

  static func pickle(_ name: String, _ text: [UInt8], says: String) -> Case {
    Case(testDescription: name, bytes: TestArchive(pickle: text).bytes, says: says)
  }

  static func pickle(_ name: String, _ text: String, says: String) -> Case {
    pickle(name, [0x80, 2] + Array(text.utf8), says: says)
  }

  static let pickles = [
    pickle("nothing", [], says: "first byte"),
    pickle("protocol 0", Array("I1\n.".utf8), says: "first byte"),
    pickle("protocol 9", [0x80, 9, 0x4e, 0x2e], says: "protocol 9"),
    pickle("no end", "N", says: "are left"),
    pickle("empty stack", ".", says: "stack is empty"),
    pickle("stack below a mark", "N(.", says: "stack is empty"),
    pickle("no mark", "Nt.", says: "a mark is missing"),
    pickle("unknown instruction", "\u{1}", says: "is not a known instruction"),
    pickle("value never stored", "h\u{7}.", says: "was never stored"),
    pickle("odd dict", "(Nd.", says: "has no value"),
    pickle("append to none", "NNa.", says: "not a list"),
    pickle("item of none", "NNNs.", says: "not a dict"),
    pickle("call of none", "N)R.", says: "not a function"),
    pickle("call with none", "cos\nsystem\nNR.", says: "not a function"),
    pickle("global without end", "cos", says: "does not end"),
    pickle("text of 4 GB", "X\u{7f}\u{7f}\u{7f}\u{7f}", says: "are left"),
    pickle("text of 2^63 bytes", [0x80, 4, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80], says: "has 9223"),
    pickle("text of -1 bytes", [0x80, 2, 0x54, 0xff, 0xff, 0xff, 0xff], says: "-1 bytes"),
    pickle("invalid UTF-8", [0x80, 2, 0x58, 1, 0, 0, 0, 0xff, 0x2e], says: "UTF-8"),
    pickle("no dict", "N.", says: "no dict of tensors"),
    pickle("17 MB", [0x80, 2] + [UInt8](repeating: 0x4e, count: 17 << 20), says: "at most"),
    pickle(
      "quantized",
      [0x80, 2] + Array("}".utf8) + TestPickle.string("__quantized") + [0x88, 0x73, 0x2e],
      says: "quantized"),
  ]

  // MARK: Tensors in a storage of two floats

  static func tensor(
    _ name: String, count: Int32 = 2, offset: Int32 = 0, shape: [Int32], strides: [Int32],
    says: String = "does not fit"
  ) -> Case {
    let text = TestPickle.tensor(count: count, offset: offset, shape: shape, strides: strides)
    let archive = TestArchive(pickle: text, storages: [le64(0)])
    return Case(testDescription: "tensor: \(name)", bytes: archive.bytes, says: says)
  }

  static let tensors = [
    tensor("too long", shape: [3], strides: [1]),
    tensor("offset", offset: 1, shape: [2], strides: [1]),
    tensor("negative offset", offset: -1, shape: [2], strides: [1]),
    tensor("huge offset", offset: .max, shape: [1], strides: [1]),
    tensor("offset of nothing", offset: 3, shape: [0], strides: [1]),
    tensor("stride", shape: [2], strides: [2]),
    tensor("negative stride", offset: 1, shape: [2], strides: [-1]),
    tensor("huge strides", shape: [2, 2, 2], strides: [.max, .max, .max]),
    tensor("negative size", shape: [-2, -1], strides: [1, 1]),
    tensor(
      "2^93 elements", shape: [.max, .max, .max], strides: [0, 0, 0]),
    tensor("expanded", shape: [1000], strides: [0]),
    tensor("fewer strides", shape: [2, 1], strides: [1]),
    tensor(
      "33 dimensions", shape: Array(repeating: 1, count: 33),
      strides: Array(repeating: 1, count: 33), says: "not described"),
    tensor("storage of another size", count: 3, shape: [2], strides: [1], says: "3 elements"),
    tensor("storage of negative size", count: -1, shape: [0], strides: [1], says: "-1 elements"),
  ]

  // MARK: Safetensors

  static func safetensors(
    _ name: String, _ header: String, data: Int = 8, claimed: UInt64? = nil, says: String
  ) -> Case {
    let text = Array(header.utf8)
    let bytes = le64(claimed ?? UInt64(text.count)) + text + [UInt8](repeating: 0, count: data)
    return Case(testDescription: "safetensors: \(name)", bytes: bytes, says: says)
  }

  static let safetensors = [
    safetensors("header of 2^64", "{}", claimed: .max, says: "more than the file holds"),
    safetensors("header past the end", "{}", claimed: 11, says: "more than the file holds"),
    safetensors("no JSON", "{]", says: "not JSON"),
    safetensors(
      "a million levels", "{\"a\":" + String(repeating: "[", count: 1_000_000), says: "levels"),
    safetensors("a key twice", "{\"__metadata__\":{},\"__metadata__\":{}}", says: "twice"),
    safetensors("bytes of no tensor", "{}", says: "8 bytes at the end"),
    safetensors("no shape", #"{"t":{"dtype":"F32","data_offsets":[0,8]}}"#, says: "described"),
    safetensors("not an object", #"{"t":1}"#, says: "described"),
    safetensors(
      "unknown type", #"{"t":{"dtype":"F4","shape":[2],"data_offsets":[0,8]}}"#, says: "type F4"),
    safetensors(
      "past the end", #"{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#, says: "described"
    ),
    safetensors(
      "backwards", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, says: "described"),
    safetensors(
      "negative", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#, says: "described"),
    safetensors(
      "2^64", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551616]}}"#,
      says: "described"),
    safetensors(
      "size", #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#, says: "has 8 bytes"),
    safetensors(
      "shape that overflows",
      #"{"t":{"dtype":"F32","shape":[4294967296,4294967296,2],"data_offsets":[0,8]}}"#,
      says: "has 8 bytes"),
    safetensors(
      "hole", #"{"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, says: "does not begin"),
    safetensors(
      "overlap",
      #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      says: "does not begin"),
    safetensors("metadata", #"{"__metadata__":{"a":1}}"#, data: 0, says: "not a string"),
  ]

  static let others = [
    Case(testDescription: "other file", bytes: Array("RIFF....WAVE".utf8), says: "neither"),
    Case(testDescription: "one byte", bytes: [0], says: "neither"),
    Case(testDescription: "bare pickle", bytes: [0x80, 2, 0x8a], says: "before version 1.6"),
    Case(
      testDescription: "start of an archive", bytes: Array("PK\u{3}\u{4}".utf8), says: "cut short"),
  ]
}

func checkpoint(_ bytes: [UInt8]) throws(FilterError) -> Checkpoint {
  let region = ByteRegion(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
  return try Checkpoint(region: region, path: "test.th")
}
