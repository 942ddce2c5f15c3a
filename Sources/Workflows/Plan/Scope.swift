internal import APCore

/// The variables with their values.
struct Scope: Sendable {
  /// Those of the system's; nil where one is not set.
  let environment: @Sendable (String) -> String?
  private var values: [String: String] = [:]
  /// Those of the names whose values are files that a pattern has matched.
  private var matched: Set<String> = []
  /// Names whose lack of a value has been reported.
  private var broken: Set<String> = []

  init(environment: @escaping @Sendable (String) -> String?) {
    self.environment = environment
  }

  /// Gives a variable its value; nil where it has none for a reason that has been reported.
  mutating func set(_ name: String, to value: String?, isMatched: Bool = false) {
    values[name] = value
    if value == nil { broken.insert(name) }
    if isMatched { matched.insert(name) }
  }

  func has(_ name: String) -> Bool {
    values[name] != nil || broken.contains(name)
  }

  /// The text with all values in their places; nil, and problems, where one is missing.
  ///
  /// - Parameter isPattern: whether it is to match files: what has been matched then stands for itself.
  func expand(
    _ template: Template, isPattern: Bool = false, _ problems: inout [Problem]
  ) -> String? {
    var text = ""
    var isWhole = true
    for part in template.parts {
      switch part {
      case .text(let more): text += more
      case .reference(let reference):
        if let value = value(of: reference, isPattern: isPattern, &problems) {
          text += value
        } else {
          isWhole = false
        }
      }
    }
    return isWhole ? text : nil
  }

  private func value(
    of reference: Template.Reference, isPattern: Bool, _ problems: inout [Problem]
  ) -> String? {
    switch reference.source {
    case .environment(let fallback):
      if let value = environment(reference.name) ?? fallback { return value }
      problems.append(
        Problem(
          reference.position,
          """
          The environment has no \(reference.name). Set it, or write \
          ${env.\(reference.name):-fallback}.
          """))
      return nil
    case .variable(let field):
      if let value = values[reference.name] {
        let part = field?.part(of: value) ?? value
        return isPattern && matched.contains(reference.name)
          ? FileSystem.pattern(matching: part) : part
      }
      if !broken.contains(reference.name) {
        let names = values.keys.sorted().joined(separator: ", ")
        problems.append(
          Problem(
            reference.position,
            "There is no variable '\(reference.name)' here"
              + (names.isEmpty ? "." : "; there are \(names).")))
      }
      return nil
    }
  }
}

extension Template.Field {
  /// That part of a path.
  func part(of path: String) -> String {
    // By scalars: to a slash or a dot with an accent after it, that would be another character.
    let scalars = path.unicodeScalars
    let slash = scalars.lastIndex(of: "/")
    let file = slash.map { scalars[scalars.index(after: $0)...] } ?? scalars[...]
    // A dot at the start hides a file, and begins no extension.
    let dot = file.dropFirst().lastIndex(of: ".")
    switch self {
    case .name: return String(dot.map { file[..<$0] } ?? file)
    case .extension: return dot.map { String(file[file.index(after: $0)...]) } ?? ""
    case .folder:
      guard let slash else { return "." }
      return slash == scalars.startIndex ? "/" : String(scalars[..<slash])
    }
  }
}
