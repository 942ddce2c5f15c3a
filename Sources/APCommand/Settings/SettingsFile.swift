internal import APCore
internal import SystemPackage
internal import YAML

/// The user's own settings: a YAML file with a line for each, such as `threads: 4`, and options of single filters, such
/// as `demucs: {model: htdemucs_ft}`.
struct SettingsFile {
  /// The settings of all commands.
  private(set) var settings = SettingsLayer()
  /// The options of filters.
  private(set) var options: [FilterOption] = []
  /// What stands there and is nothing of this.
  private(set) var warnings: [String] = []

  /// Far more than all settings need.
  static let maximumBytes = 8192

  /// `$XDG_CONFIG_HOME/ap/config.yaml`, or `~/.config/ap/config.yaml`; nil without a home.
  ///
  /// - Parameter variable: an environment variable's value.
  static func path(_ variable: (String) -> String?) -> String? {
    UserFolder.config.path(variable).map { "\($0)/config.yaml" }
  }

  /// What the file says; nothing where there is none.
  ///
  /// - Throws: `configuration`.
  static func read(_ path: String) throws(FilterError) -> SettingsFile {
    let bytes: [UInt8]
    do {
      bytes = try Syscalls.readFile(path, limit: maximumBytes + 1)
    } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
      return SettingsFile()
    } catch {
      throw FilterError(
        .configuration, "\(path) cannot be read: \(error).",
        advice: "Correct its permissions, or set XDG_CONFIG_HOME to another folder.",
        underlying: error)
    }
    guard bytes.count <= maximumBytes else {
      throw FilterError(.configuration, "\(path) has more than \(maximumBytes) bytes.")
    }
    guard let text = String(textFile: bytes) else {
      throw FilterError(
        .configuration, "\(path) is not UTF-8.", advice: "It needs lines like: threads: 4")
    }
    return try parse(text, path: path)
  }

  /// - Throws: `configuration`, with line and column.
  static func parse(_ text: String, path: String) throws(FilterError) -> SettingsFile {
    let root: YAMLNode?
    do {
      root = try YAMLNode.parse(text)
    } catch {
      throw FilterError(
        .configuration, "\(path):\(error).",
        advice: "It needs lines like: threads: 4", underlying: error)
    }
    var file = SettingsFile()
    guard let root, !root.isNull else { return file }
    guard let members = root.mapping else {
      throw FilterError(
        .configuration, "\(origin(of: root, in: path)): this is not a setting.",
        advice: "It needs lines like: threads: 4")
    }
    for member in members { try file.add(member, path: path) }
    return file
  }

  private mutating func add(_ member: YAMLNode.Member, path: String) throws(FilterError) {
    let (key, value) = (member.key, member.value)
    let name = key.text ?? "?"
    if let setting = Setting(rawValue: name) {
      guard let text = value.text else {
        throw FilterError(
          .configuration, "\(Self.origin(of: value, in: path)): \(name) is not a single value.",
          advice: "It must be \(setting.allowed).")
      }
      try settings.set(setting, to: text, from: Self.origin(of: value, in: path))
    } else if let filter = FilterOption.filter(name) {
      guard let members = value.mapping ?? (value.isNull ? [] : nil) else {
        throw FilterError(
          .configuration,
          "\(Self.origin(of: value, in: path)): \(name) takes options of \(filter).",
          advice: "They stand under it, as in demucs: {model: htdemucs_ft}.")
      }
      for member in members { try addOption(member, of: filter, path: path) }
    } else {
      let names =
        Setting.allCases.map(\.rawValue)
        + FilterOption.filters.map { String($0.dropFirst(3)) }.sorted()
      warnings.append(
        "\(Self.origin(of: key, in: path)): there is no setting \"\(name)\"."
          + " There are \(names.joined(separator: ", ")).")
    }
  }

  private mutating func addOption(
    _ member: YAMLNode.Member, of filter: String, path: String
  ) throws(FilterError) {
    let name = member.key.text ?? "?"
    let values = (member.value.sequence ?? [member.value]).map(\.text)
    let origin = Self.origin(of: member.value, in: path)
    guard !values.contains(nil) else {
      throw FilterError(
        .configuration, "\(origin): \(name) is not a value.",
        advice: "It must be one, or a list of them.")
    }
    options.append(
      FilterOption(filter: filter, name: name, values: values.compactMap(\.self), origin: origin))
  }

  private static func origin(of node: YAMLNode, in path: String) -> Settings.Origin {
    .file(path, line: node.mark.line, column: node.mark.column)
  }
}
