internal import APCore
internal import Checkpoints

/// A protocol buffer's fields one after another
/// (https://protobuf.dev/programming-guides/encoding/).
struct ProtobufReader {
  /// A field's value as it is on the wire.
  enum Value {
    case number(UInt64)
    case fixed64(UInt64)
    case bytes(UnsafeRawBufferPointer)
    case fixed32(UInt32)

    /// The value of a whole number or a truth value.
    var number: UInt64? {
      if case .number(let value) = self { value } else { nil }
    }

    /// The value of a text, of bytes or of a message.
    var bytes: UnsafeRawBufferPointer? {
      if case .bytes(let value) = self { value } else { nil }
    }

    /// The value of a `float`.
    var float: Float? {
      if case .fixed32(let value) = self { Float(bitPattern: value) } else { nil }
    }
  }

  private var reader: ByteReader

  init(_ bytes: UnsafeRawBufferPointer, path: String, part: String) {
    reader = ByteReader(bytes, path: path, part: part)
  }

  /// The next field; nil at the end.
  mutating func next() throws(FilterError) -> (field: Int, value: Value)? {
    guard reader.remaining > 0 else { return nil }
    let start = reader.offset
    let key = try number()
    let field = Int(key >> 3)
    switch key & 7 {
    case 0: return (field, .number(try number()))
    case 1: return (field, .fixed64(try reader.read()))
    case 2:
      let length = try number()
      guard length <= reader.remaining else {
        throw reader.damaged(
          "field \(field) at byte \(start) should have \(length) bytes, but \(reader.remaining) are "
            + "left")
      }
      return (field, .bytes(try reader.take(Int(length))))
    case 5: return (field, .fixed32(try reader.read()))
    default:
      throw reader.damaged("field \(field) at byte \(start) has the unknown type \(key & 7)")
    }
  }

  /// Seven bits a byte, the lowest first.
  private mutating func number() throws(FilterError) -> UInt64 {
    let start = reader.offset
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let byte: UInt8 = try reader.read()
      value |= UInt64(byte & 0x7f) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw reader.damaged("the number at byte \(start) has more than 10 bytes")
  }

  /// An error of this message.
  func damaged(_ problem: String) -> FilterError {
    reader.damaged(problem)
  }
}
