package import APCore

/// An option of one filter, as the user's environment or file gives it: `demucs: {model: htdemucs_ft}`.
package struct FilterOption {
  /// The filter: `ap-demucs`.
  package let filter: String
  /// The option without its dashes: `model`.
  package let name: String
  /// What it is given, each time that it is.
  package let values: [String]
  /// Where that stands.
  package let origin: Settings.Origin

  /// The filters that take options from there; what `ap-cache` gets belongs to another filter.
  static let filters = Suite.filters.subtracting(["ap-cache"])

  /// The filter of that name without `ap-`; nil where there is none.
  static func filter(_ name: String) -> String? {
    filters.contains("ap-\(name)") ? "ap-\(name)" : nil
  }

  /// The environment variable of a filter's option: `AP_DEMUCS_MODEL`.
  static func variable(_ filter: String, _ option: String) -> String {
    "\(filter)_\(option)".uppercased().replacing("-", with: "_")
  }

  /// What the environment says of a filter.
  static func given(by variables: [String: String], to filter: String) -> [FilterOption] {
    let prefix = variable(filter, "")
    return variables.sorted { $0.key < $1.key }.filter { $0.key.hasPrefix(prefix) }.map {
      name, value in
      let option = name.dropFirst(prefix.count).lowercased().replacing("_", with: "-")
      return FilterOption(
        filter: filter, name: option, values: [value], origin: .environment(name))
    }
  }

  /// Warnings of variables that have a name like ours, and that no command reads.
  package static func warnings(of variables: [String: String]) -> [String] {
    let own =
      Setting.allCases.map(\.variable)
      + ["AP_CACHE", "AP_CACHE_MAX_SIZE", "AP_MODELS", "AP_MODELS_URL"]
    let prefixes = filters.map { variable($0, "") }
    return variables.keys.sorted().filter { name in
      name.hasPrefix("AP_") && !own.contains(name) && !prefixes.contains { name.hasPrefix($0) }
    }.map { name in
      "\(name): no command reads this variable. There are \(own.sorted().joined(separator: ", ")), "
        + "and those of filters, such as \(variable("ap-demucs", "model"))."
    }
  }

  /// A filter that gets this as its only argument says what is wrong with the options that the environment and the file
  /// give it, and ends.
  package static let question = "--check-settings"

  /// All that the environment and the file say of filters, as `ap-run --show-config` shows it.
  ///
  /// - Throws: `configuration` for a file that cannot be read.
  package static func all() throws(FilterError) -> [FilterOption] {
    let variables = ThisProcess.variables
    var said: [FilterOption] = []
    for filter in filters.sorted() { said += given(by: variables, to: filter) }
    guard let path = SettingsFile.path(ThisProcess.variable) else { return said }
    let file = try SettingsFile.read(path).options.filter { option in
      !said.contains { $0.filter == option.filter && $0.name == option.name }
    }
    return (said + file).sorted { ($0.filter, $0.name) < ($1.filter, $1.name) }
  }
}
