import APCommand
import APCore

extension Settings {
  /// The values of the common options and of those that filters are given, and where each comes from.
  func table(_ options: [FilterOption]) -> String {
    let rows =
      entries.map { [$0.setting.rawValue, $0.value, $0.origin.description] }
      + options.map { option in
        [
          "\(option.filter.dropFirst(3)).\(option.name)", option.values.joined(separator: ", "),
          option.origin.description,
        ]
      }
    return TextTable([["setting", "value", "from"]] + rows).text
  }
}
