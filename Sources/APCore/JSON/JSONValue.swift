/// A JSON value that comes out as it went in: a number keeps its own text.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number as the text it was written with, so that one nobody here understands passes unchanged.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// An integer.
  public init(_ value: Int) {
    self = .number(String(value))
  }

  /// A finite number in the shortest text that reads back as the same value; otherwise `null`,
  /// because JSON has no text for infinities and NaN.
  public init(_ value: Double) {
    self = value.isFinite ? .number(value.description) : .null
  }

  /// A list of strings.
  public init(_ strings: [String]) {
    self = .array(strings.map { .string($0) })
  }

  /// The value as an integer; nil for a number with a fraction or an exponent, even `1.0`.
  public var int: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The value as a finite number.
  public var double: Double? {
    guard case .number(let text) = self, let value = Double(text), value.isFinite else {
      return nil
    }
    return value
  }

  /// The value as a string.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The value as a truth value.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The value as a list.
  public var array: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  /// The value as an object.
  public var object: [String: JSONValue]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// A member of an object; nil where it is absent or this is no object.
  public subscript(key: String) -> JSONValue? {
    object?[key]
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) {
    self = .bool(value)
  }

  /// An integer.
  public init(integerLiteral value: Int) {
    self.init(value)
  }

  /// A string.
  public init(stringLiteral value: String) {
    self = .string(value)
  }

  /// A list.
  public init(arrayLiteral elements: JSONValue...) {
    self = .array(elements)
  }

  /// An object; each key may stand once.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
