/// A JSON value that comes out as it went in: a number keeps its own text.
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number as the text it was written with, so that one nobody here understands passes unchanged.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// An integer.
  package init(_ value: Int) {
    self = .number(String(value))
  }

  /// A finite number in the shortest text that reads back as the same value; otherwise `null`,
  /// because JSON has no text for infinities and NaN.
  package init(_ value: Double) {
    self = value.isFinite ? .number(value.description) : .null
  }

  /// A list of strings.
  package init(_ strings: [String]) {
    self = .array(strings.map { .string($0) })
  }

  /// The value as an integer; nil for a number with a fraction or an exponent, even `1.0`.
  package var int: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text)
  }

  /// The value as a finite number.
  package var double: Double? {
    guard case .number(let text) = self, let value = Double(text), value.isFinite else {
      return nil
    }
    return value
  }

  /// The value as a string.
  package var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The value as a truth value.
  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The value as a list.
  package var array: [JSONValue]? {
    guard case .array(let values) = self else { return nil }
    return values
  }

  /// The value as an object.
  package var object: [String: JSONValue]? {
    guard case .object(let members) = self else { return nil }
    return members
  }

  /// A member of an object; nil where it is absent or this is not an object.
  package subscript(key: String) -> JSONValue? {
    object?[key]
  }
}

extension JSONValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// `true` or `false`.
  package init(booleanLiteral value: Bool) {
    self = .bool(value)
  }

  /// An integer.
  package init(integerLiteral value: Int) {
    self.init(value)
  }

  /// A string.
  package init(stringLiteral value: String) {
    self = .string(value)
  }

  /// A list.
  package init(arrayLiteral elements: JSONValue...) {
    self = .array(elements)
  }

  /// An object; each key may stand once.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
}
