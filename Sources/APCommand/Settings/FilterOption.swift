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

  /// All that the environment and the file say of filters, as `ap-run --show-config` shows it.
  ///
  /// - Throws: `configuration` for a file that cannot be read.
  package static func all() throws(FilterError) -> [FilterOption] {
    let variables = ThisProcess.variables
    var said: [FilterOption] = []
    for filter in filters.sorted() {
      let prefix = variable(filter, "")
      for (name, value) in variables.sorted(by: { $0.key < $1.key }) where name.hasPrefix(prefix) {
        let option = name.dropFirst(prefix.count).lowercased().replacing("_", with: "-")
        said.append(
          FilterOption(filter: filter, name: option, values: [value], origin: .environment(name)))
      }
    }
    guard let path = SettingsFile.path(ThisProcess.variable) else { return said }
    let file = try SettingsFile.read(path).options.filter { option in
      !said.contains { $0.filter == option.filter && $0.name == option.name }
    }
    return (said + file).sorted { ($0.filter, $0.name) < ($1.filter, $1.name) }
  }
}
