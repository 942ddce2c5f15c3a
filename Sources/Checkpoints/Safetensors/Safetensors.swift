import APCore

/// The header of a safetensors file: an 8-byte length, a JSON object, and the tensors' bytes
/// (https://github.com/huggingface/safetensors, "Format").
struct Safetensors {
  let tensors: [String: StoredTensor]
  let metadata: [String: String]

  /// The format's own limit.
  private static let maximumHeader = 100_000_000

  /// Whether bytes begin like a file of this kind.
  static func recognises(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 8 && bytes[8] == UInt8(ascii: "{")
  }

  /// Reads and checks the header: every tensor as long as its shape says, no gap between them, no
  /// byte in two of them, none left over.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(FilterError) {
    var reader = ByteReader(bytes, path: path, part: "its header")
    let size = try reader.read(UInt64.self)
    guard size <= Self.maximumHeader, size <= reader.remaining else {
      throw reader.damaged("the header should have \(size) bytes, more than the file holds")
    }
    let header = try Self.parse(try reader.take(Int(size)), path: path)
    let start = reader.offset
    var tensors: [String: StoredTensor] = [:]
    var ranges: [(range: Range<Int>, name: String)] = []
    for (name, value) in header where name != "__metadata__" {
      guard
        let dtype = value["dtype"]?.string, let shape = Self.integers(value["shape"]),
        let offsets = Self.integers(value["data_offsets"]), offsets.count == 2,
        offsets[0] <= offsets[1], offsets[1] <= bytes.count - start
      else { throw reader.damaged("the tensor \"\(name)\" is described wrongly") }
      guard let type = ElementType(safetensors: dtype) else {
        throw .unsupportedCheckpoint(path, "its tensor \"\(name)\" has elements of type \(dtype)")
      }
      let range = start + offsets[0]..<start + offsets[1]
      guard let tensor = StoredTensor(type: type, shape: shape, storage: range) else {
        throw reader.damaged(
          "the tensor \"\(name)\" of shape \(shape) and type \(dtype) has \(range.count) bytes")
      }
      tensors[name] = tensor
      ranges.append((range, name))
    }
    try Self.checkCover(ranges, of: start..<bytes.count, reader: reader)
    self.tensors = tensors
    metadata = try Self.metadata(header["__metadata__"], reader: reader)
  }

  private static func parse(
    _ text: UnsafeRawBufferPointer, path: String
  ) throws(FilterError) -> [String: JSONValue] {
    do {
      let limits = JSONLimits(bytes: maximumHeader)
      if let members = try JSONValue(parsing: text.bytes, limits: limits).object { return members }
    } catch {
      throw .damagedCheckpoint(path, "its header is not JSON: \(error)")
    }
    throw .damagedCheckpoint(path, "its header is not a JSON object")
  }

  private static func checkCover(
    _ ranges: [(range: Range<Int>, name: String)], of data: Range<Int>, reader: ByteReader
  ) throws(FilterError) {
    var end = data.lowerBound
    for (range, name) in ranges.sorted(by: {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }) {
      guard range.lowerBound == end else {
        throw reader.damaged("the tensor \"\(name)\" does not begin where the one before it ends")
      }
      end = range.upperBound
    }
    guard end == data.upperBound else {
      throw reader.damaged("\(data.upperBound - end) bytes at the end belong to no tensor")
    }
  }

  private static func metadata(
    _ value: JSONValue?, reader: ByteReader
  ) throws(FilterError) -> [String: String] {
    guard let value else { return [:] }
    guard let members = value.object else { throw reader.damaged("__metadata__ is not an object") }
    let texts = members.compactMapValues(\.string)
    guard texts.count == members.count else {
      throw reader.damaged("__metadata__ holds something that is not a string")
    }
    return texts
  }

  private static func integers(_ value: JSONValue?) -> [Int]? {
    guard let values = value?.array else { return nil }
    let numbers = values.compactMap(\.int)
    return numbers.count == values.count && numbers.allSatisfy { $0 >= 0 } ? numbers : nil
  }
}
