/// Text with variables in it.
struct Template: Sendable {
  enum Part: Sendable {
    case text(String)
    case reference(Reference)
  }

  /// `${name}`, `${name.field}`, `${env.NAME}` or `${env.NAME:-fallback}`.
  struct Reference: Sendable {
    enum Source: Sendable {
      case variable(Field?)
      case environment(fallback: String?)
    }

    let name: String
    let source: Source
    let position: Position
  }

  /// A part of a path.
  enum Field: String, CaseIterable, Sendable {
    /// The last component without its extension.
    case name
    /// What follows the last dot of the last component.
    case `extension`
    /// All before the last component.
    case folder
  }

  private(set) var parts: [Part] = []
  let position: Position

  /// An empty text.
  init(position: Position) {
    self.position = position
  }

  /// All that is left of a text.
  init(_ scanner: consuming TextScanner) throws(Problem) {
    position = scanner.position
    while let next = scanner.next {
      if next == "$" {
        append(try Self.takeReference(&scanner))
      } else {
        append(next)
        scanner.take()
      }
    }
  }

  mutating func append(_ scalar: Unicode.Scalar) {
    append(.text(String(scalar)))
  }

  mutating func append(_ part: Part) {
    if case .text(let more) = part, case .text(let text) = parts.last {
      parts[parts.count - 1] = .text(text + more)
    } else {
      parts.append(part)
    }
  }

  /// Takes a variable or a doubled dollar sign, the first `$` of which is next.
  static func takeReference(_ scanner: inout TextScanner) throws(Problem) -> Part {
    let position = scanner.position
    scanner.take()
    if scanner.take("$") { return .text("$") }
    guard scanner.take("{") else {
      throw Problem(position, "A dollar sign begins ${…}; for the sign itself, write $$.")
    }
    var words = ""
    while let next = scanner.take() {
      if next != "}" {
        words.unicodeScalars.append(next)
      } else if let reference = Reference(words, position: position) {
        return .reference(reference)
      } else {
        let fields = Field.allCases.map(\.rawValue).joined(separator: "|")
        throw Problem(
          position,
          """
          '${\(words)}' is not one of ${name}, ${name.\(fields)}, ${env.NAME} and \
          ${env.NAME:-fallback}.
          """)
      }
    }
    throw Problem(position, "A ${ has no } after it.")
  }
}

extension Template.Reference {
  /// What is between the braces; nil where that is not a reference.
  init?(_ words: String, position: Position) {
    if let environment = words.wholeMatch(of: /env\.([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?/) {
      self.init(
        name: String(environment.1),
        source: .environment(fallback: environment.2.map { String($0) }), position: position)
      return
    }
    guard let variable = words.wholeMatch(of: /([A-Za-z_][A-Za-z0-9_-]*)(?:\.([a-z]+))?/) else {
      return nil
    }
    let field = variable.2.map { Template.Field(rawValue: String($0)) }
    if let field, field == nil { return nil }
    self.init(
      name: String(variable.1), source: .variable(field.flatMap { $0 }), position: position)
  }
}
