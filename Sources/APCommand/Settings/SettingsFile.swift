internal import APCore
internal import SystemPackage
internal import YAML

/// The user's own settings: a YAML file with a line for each, such as `threads: 4`.
enum SettingsFile {
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
  static func read(_ path: String) throws(FilterError) -> SettingsLayer {
    let bytes: [UInt8]
    do {
      bytes = try Syscalls.readFile(path, limit: maximumBytes + 1)
    } catch Errno.noSuchFileOrDirectory, Errno.notDirectory {
      return SettingsLayer()
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
  static func parse(_ text: String, path: String) throws(FilterError) -> SettingsLayer {
    var layer = SettingsLayer()
    let root: YAMLNode?
    do {
      root = try YAMLNode.parse(text)
    } catch {
      throw FilterError(
        .configuration, "\(path):\(error).",
        advice: "It needs lines like: threads: 4", underlying: error)
    }
    guard let root, !root.isNull else { return layer }
    guard let settings = root.mapping else {
      throw FilterError(
        .configuration, "\(origin(of: root, in: path)): this is not a setting.",
        advice: "It needs lines like: threads: 4")
    }
    for member in settings {
      let (key, value) = (member.key, member.value)
      let name = key.text ?? "?"
      guard let setting = Setting(rawValue: name) else {
        let names = Setting.allCases.map(\.rawValue).joined(separator: ", ")
        throw FilterError(
          .configuration, "\(origin(of: key, in: path)): there is no setting \"\(name)\".",
          advice: "The settings are \(names).")
      }
      guard let text = value.text else {
        throw FilterError(
          .configuration, "\(origin(of: value, in: path)): \(name) is not a single value.",
          advice: "It must be \(setting.allowed).")
      }
      try layer.set(setting, to: text, from: origin(of: value, in: path))
    }
    return layer
  }

  private static func origin(of node: YAMLNode, in path: String) -> Settings.Origin {
    .file(path, line: node.mark.line, column: node.mark.column)
  }
}
