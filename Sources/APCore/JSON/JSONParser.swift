/// What a JSON text may cost its reader.
package struct JSONLimits: Sendable {
  /// How deep arrays and objects may nest. The parser recurses once a level.
  package var depth: Int
  /// How many bytes the text may have.
  package var bytes: Int

  /// - Precondition: `depth` is at most 512, so that the recursion fits any thread's stack.
  package init(depth: Int = 64, bytes: Int = 65_536) {
    precondition((1...512).contains(depth), "depth must be in 1...512")
    self.depth = depth
    self.bytes = bytes
  }
}

extension JSONValue {
  /// Reads one JSON text (RFC 8259), strictly: duplicate keys, text after the value, invalid UTF-8
  /// and lone surrogates are errors. Time is linear in the length.
  ///
  /// - Throws: `JSONError`, with the offset of the first byte that is wrong.
  package init(parsing bytes: RawSpan, limits: JSONLimits = JSONLimits()) throws(JSONError) {
    guard bytes.byteCount <= limits.bytes else {
      throw JSONError(problem: "more than \(limits.bytes) bytes", offset: limits.bytes)
    }
    self = try bytes.withUnsafeBytes { buffer throws(JSONError) in
      var parser = JSONParser(bytes: buffer, depthLimit: limits.depth)
      return try parser.parseText()
    }
  }

  /// Reads one JSON text from an array; see `init(parsing:limits:)`.
  package init(parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) {
    try self.init(parsing: bytes.span.bytes, limits: limits)
  }
}

private struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  let depthLimit: Int
  var position = 0

  init(bytes: UnsafeRawBufferPointer, depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func parseText() throws(JSONError) -> JSONValue {
    skipSpace()
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("text after the value") }
    return value
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
    case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"): return try parseNumber()
    case let byte? where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte):
      return try parseNumber()
    case nil: throw failure("the text ends early")
    default: throw failure("an unexpected byte")
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
    try enter(depth)
    var members: [String: JSONValue] = [:]
    if take(UInt8(ascii: "}")) { return .object(members) }
    repeat {
      skipSpace()
      let start = position
      guard peek() == UInt8(ascii: "\"") else { throw failure("a key is missing") }
      let key = try parseString()
      try expect(UInt8(ascii: ":"))
      skipSpace()
      let value = try parseValue(depth: depth)
      guard members.updateValue(value, forKey: key) == nil else {
        throw JSONError(problem: "the key \"\(key)\" is given twice", offset: start)
      }
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "}"))
    return .object(members)
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
    try enter(depth)
    var values: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return .array(values) }
    repeat {
      skipSpace()
      values.append(try parseValue(depth: depth))
    } while take(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"))
    return .array(values)
  }

  private mutating func enter(_ depth: Int) throws(JSONError) {
    guard depth <= depthLimit else { throw failure("more than \(depthLimit) levels") }
    position += 1
  }

  private mutating func parseWord(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    guard end <= bytes.count else { throw failure("the text ends early") }
    for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] {
      throw failure("an unexpected word")
    }
    position = end
    return value
  }

  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    if peek() == UInt8(ascii: "-") { position += 1 }
    if peek() == UInt8(ascii: "0") { position += 1 } else { try takeDigits() }
    if peek() == UInt8(ascii: ".") {
      position += 1
      try takeDigits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      position += 1
      if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
      try takeDigits()
    }
    return .number(String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func takeDigits() throws(JSONError) {
    let start = position
    while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > start else { throw failure("a digit is missing") }
  }

  private mutating func parseString() throws(JSONError) -> String {
    position += 1
    let start = position
    while let byte = peek(), byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    if peek() == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try decode(bytes[start..<position], at: start)
    }
    var text = [UInt8](bytes[start..<position])
    while let byte = peek(), byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw failure("a control character in a string") }
      position += 1
      if byte == UInt8(ascii: "\\") { try parseEscape(into: &text) } else { text.append(byte) }
    }
    guard position < bytes.count else { throw failure("a string does not end") }
    position += 1
    return try decode(text[...], at: start)
  }

  private func decode(
    _ text: some Collection<UInt8>, at offset: Int
  ) throws(JSONError) -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw JSONError(problem: "a string is not valid UTF-8", offset: offset)
    }
    return string
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = peek() else { throw failure("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: Character(try parseScalar()).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func parseScalar() throws(JSONError) -> Unicode.Scalar {
    let first = try parseHex()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xd800...0xdbff).contains(first), peek() == UInt8(ascii: "\\") else {
      throw failure("half a surrogate pair")
    }
    position += 1
    guard peek() == UInt8(ascii: "u") else { throw failure("half a surrogate pair") }
    position += 1
    let second = try parseHex()
    let code = 0x10000 + (UInt32(first - 0xd800) << 10) + (UInt32(second) & 0x3ff)
    guard (0xdc00...0xdfff).contains(second), let scalar = Unicode.Scalar(code) else {
      throw failure("half a surrogate pair")
    }
    return scalar
  }

  private mutating func parseHex() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("an escape needs four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }

  private func peek() -> UInt8? {
    position < bytes.count ? bytes[position] : nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ byte: UInt8) throws(JSONError) {
    guard take(byte) else {
      let expected = Character(Unicode.Scalar(byte))
      throw failure(peek() == nil ? "the text ends early" : "\"\(expected)\" is missing")
    }
  }

  private mutating func skipSpace() {
    while let byte = peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
      position += 1
    }
  }

  private func failure(_ problem: String) -> JSONError {
    JSONError(problem: problem, offset: position)
  }
}
