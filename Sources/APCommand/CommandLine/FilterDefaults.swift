internal import APCore
internal import ArgumentParser

/// The options of a filter that the user's environment and file give where the command line does not.
struct FilterDefaults {
  /// An option, and its words on a command line.
  struct Given {
    let option: FilterOption
    let words: [String]

    /// Whether the environment gives it, and not the file.
    var isVariable: Bool {
      if case .environment = option.origin { true } else { false }
    }
  }

  /// The environment's before the file's, which they override.
  private var options: [Given] = []
  /// What the file says and no command knows, or not this one.
  private(set) var warnings: [String] = []

  /// Nothing is said.
  init() {}

  /// - Parameters:
  ///   - command: the filter's command.
  ///   - tool: its name.
  ///   - isLast: whether no filter follows that could say what no command knows.
  ///   - variables: the environment's, but empty ones.
  /// - Throws: `configuration`.
  init(
    of command: any FilterCommand.Type, tool: String, isLast: Bool,
    variables: [String: String]
  ) throws(FilterError) {
    let file = try SettingsFile.path({ variables[$0] }).map { path throws(FilterError) in
      try SettingsFile.read(path)
    }
    if isLast { warnings = file?.warnings ?? [] }
    guard FilterOption.filters.contains(tool) else { return }
    let known = Self.options(of: command)
    var said = file?.options.filter { $0.filter == tool } ?? []
    for variable in FilterOption.given(by: variables, to: tool) {
      said.removeAll { $0.name == variable.name }
      said.append(variable)
    }
    for option in said where known[option.name] == nil {
      let names = known.keys.sorted().joined(separator: ", ")
      warnings.append(
        "\(option.origin): \(tool) has no option \"\(option.name)\". It has \(names).")
    }
    for option in said.sorted(by: { $0.name < $1.name }) {
      guard let isFlag = known[option.name] else { continue }
      options.append(Given(option: option, words: try Self.words(option, isFlag: isFlag)))
    }
    options = options.filter(\.isVariable) + options.filter { !$0.isVariable }
  }

  /// The command line with those options that fit it.
  func fitted(
    before arguments: [String], of command: any FilterCommand.Type
  ) -> FittedDefaults {
    FittedDefaults(options, before: arguments, of: command)
  }

  /// What no command line could mend.
  func mistake(of command: any FilterCommand.Type) -> FittedDefaults? {
    let fits = ([[]] + command.examples).filter { (try? command.parseAsRoot($0)) != nil }
      .map { fitted(before: $0, of: command) }
    return fits.contains { $0.culprit == nil } ? nil : fits.first
  }

  private static func words(
    _ option: FilterOption, isFlag: Bool
  ) throws(FilterError) -> [String] {
    guard isFlag else { return option.values.map { "--\(option.name)=\($0)" } }
    guard option.values.count == 1, let isOn = Setting.truth(option.values[0]) else {
      throw FilterError(
        .configuration, "\(option.origin): \(option.name) must be true or false.")
    }
    return isOn ? ["--\(option.name)"] : []
  }

  /// The names of the command's own options, and whether each is a flag. The parser tells them to nobody, so they are
  /// read where it reads them itself: off the command's properties.
  private static func options(of command: any FilterCommand.Type) -> [String: Bool] {
    options(in: command.init())
  }

  private static func options(in arguments: any ParsableArguments) -> [String: Bool] {
    var options: [String: Bool] = [:]
    for (label, value) in Mirror(reflecting: arguments).children {
      if let group = value as? any OptionGrouping {
        // Those that all commands share are settings of their own.
        if !(value is OptionGroup<CommonOptions>) {
          options.merge(Self.options(in: group.group)) { own, _ in own }
        }
        continue
      }
      let type = String(describing: type(of: value))
      guard let label, label.hasPrefix("_"), type.hasPrefix("Option<") || type == "Flag<Bool>"
      else { continue }
      options[kebab(label.dropFirst())] = type == "Flag<Bool>"
    }
    return options
  }

  private static func kebab(_ name: Substring) -> String {
    name.reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : "\($1)" }
  }
}

/// An `OptionGroup`, whatever its options are.
private protocol OptionGrouping {
  /// One with nothing parsed.
  var group: any ParsableArguments { get }
}

extension OptionGroup: OptionGrouping {
  var group: any ParsableArguments { Value() }
}
