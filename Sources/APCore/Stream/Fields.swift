/// The members of a JSON object, taken one by one; what is left is what nobody here knows.
struct Fields {
  /// What the object is, for messages: "the header", "record 7".
  let owner: String
  private(set) var rest: [String: JSONValue]

  init(_ value: JSONValue, owner: String) throws(FilterError) {
    guard let members = value.object else {
      throw FilterError(.badInput, "There is no JSON object where \(owner) should be.")
    }
    self.owner = owner
    rest = members
  }

  /// Takes a member as `convert` reads it; nil where it is absent or null.
  mutating func optional<Value>(
    _ key: String, _ kind: String, _ convert: (JSONValue) -> Value?
  ) throws(FilterError) -> Value? {
    guard let member = rest.removeValue(forKey: key), member != .null else { return nil }
    guard let value = convert(member) else {
      throw FilterError(.badInput, "\"\(key)\" of \(owner) must be \(kind).")
    }
    return value
  }

  /// Takes a member that must be there.
  mutating func required<Value>(
    _ key: String, _ kind: String, _ convert: (JSONValue) -> Value?
  ) throws(FilterError) -> Value {
    guard let value = try optional(key, kind, convert) else {
      throw FilterError(.badInput, "There is no \"\(key)\" in \(owner).")
    }
    return value
  }

  mutating func string(_ key: String) throws(FilterError) -> String {
    try required(key, "a string", \.string)
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(FilterError) -> Int {
    try required(key, "an integer from \(range.lowerBound) to \(range.upperBound)") { value in
      value.int.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Takes a list and reads each of its objects; an absent list is empty.
  mutating func list<Element>(
    _ key: String, of name: String, _ read: (inout Fields) throws(FilterError) -> Element
  ) throws(FilterError) -> [Element] {
    var elements: [Element] = []
    for value in try optional(key, "a list", \.array) ?? [] {
      var fields = try Fields(value, owner: "\(name) \(elements.count + 1) of \(owner)")
      elements.append(try read(&fields))
    }
    return elements
  }
}
