import APCore

extension PickleMachine {
  /// Reads the value that follows an instruction.
  mutating func scalar(_ opcode: PickleOpcode) throws(FilterError) -> Node {
    switch opcode {
    case .none: return .none
    case .yes: return .bool(true)
    case .no: return .bool(false)
    case .uint8: return .int(Int(try reader.read(UInt8.self)))
    case .uint16: return .int(Int(try reader.read(UInt16.self)))
    case .int32: return .int(Int(try reader.read(Int32.self)))
    case .long1: return integer(try reader.take(Int(try reader.read(UInt8.self))))
    case .long4: return integer(try reader.take(Int(try reader.read(Int32.self))))
    case .double:
      return .double(Double(bitPattern: UInt64(bigEndian: UInt64(littleEndian: try reader.read()))))
    case .shortUnicode: return .string(try reader.text(Int(try reader.read(UInt8.self))))
    case .unicode: return .string(try reader.text(Int(try reader.read(UInt32.self))))
    case .unicode8: return .string(try reader.text(try longCount()))
    case .shortBinaryBytes, .shortBinaryString:
      return .bytes(Array(try reader.take(Int(try reader.read(UInt8.self)))))
    case .binaryBytes: return .bytes(Array(try reader.take(Int(try reader.read(UInt32.self)))))
    case .binaryString: return .bytes(Array(try reader.take(Int(try reader.read(Int32.self)))))
    case .binaryBytes8, .byteArray8: return .bytes(Array(try reader.take(try longCount())))
    default: throw reader.damaged("byte \(reader.offset - 1) is not a value")
    }
  }

  /// A little-endian integer in two's complement; one that is wider than `Int` is kept opaque.
  private func integer(_ bytes: UnsafeRawBufferPointer) -> Node {
    guard bytes.count <= 8 else { return .opaque(.init(name: "builtins.int")) }
    let isNegative = (bytes.last ?? 0) >= 0x80
    return .int(bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) })
  }

  private mutating func longCount() throws(FilterError) -> Int {
    let count = try reader.read(UInt64.self)
    guard let count = Int(exactly: count) else {
      throw reader.damaged("a text has \(count) bytes at byte \(reader.offset)")
    }
    return count
  }
}
