extension CheckpointValue {
  /// A string's text.
  package var text: String? {
    if case .string(let text) = kind { text } else { nil }
  }

  /// A number, whole or not.
  package var number: Double? {
    switch kind {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// A number without a fraction.
  package var wholeNumber: Int? {
    number.flatMap { Int(exactly: $0) }
  }

  /// What Python's `if` makes of it.
  package var isTrue: Bool {
    switch kind {
    case .none: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .double(let value): value != 0
    case .string(let value): !value.isEmpty
    case .list(let items), .tuple(let items): !items.isEmpty
    case .dict(let items): !items.isEmpty
    default: true
    }
  }

  /// The value in a message.
  package var words: String {
    switch kind {
    case .none: "None"
    case .bool(let value): value ? "True" : "False"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .bytes: "bytes"
    case .list(let items): "a list of \(items.count)"
    case .tuple(let items): "a tuple of \(items.count)"
    case .dict(let items): "a dict of \(items.count)"
    case .tensor(_, let shape): "a tensor of shape \(shape)"
    case .opaque(let object): object.name
    }
  }
}
