import APCore

extension Settings {
  /// The values of the common options, and where each comes from.
  var table: String {
    let rows = entries.map { [$0.setting.rawValue, $0.value, $0.origin.description] }
    return TextTable([["setting", "value", "from"]] + rows).text
  }
}
