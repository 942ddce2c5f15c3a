import APCore
import Checkpoints

extension ModelArguments {
  /// The names that are given.
  var names: [String] {
    guard case .dict(let pairs) = values.kind else { return [] }
    return pairs.compactMap { $0.key.text }.sorted()
  }

  /// A whole number that has no default.
  func required(_ name: String, in range: ClosedRange<Int>) throws(FilterError) -> Int {
    guard values[name] != nil else {
      throw refusal(
        name, "nothing",
        wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return try int(name, default: 0, in: range)
  }

  /// A whole number; nil where it is absent or null.
  func optional(_ name: String, in range: ClosedRange<Int>) throws(FilterError) -> Int? {
    guard let value = values[name], value.isSome else { return nil }
    return try int(name, default: 0, in: range)
  }

  /// A list of 1 to 64 words.
  func texts(_ name: String) throws(FilterError) -> [String] {
    var items: [CheckpointValue] = []
    if case .list(let list) = values[name]?.kind { items = list }
    let texts = items.compactMap(\.text)
    guard 1...64 ~= texts.count, texts.count == items.count else {
      throw refusal(name, values[name]?.words ?? "nothing", wanted: "a list of 1 to 64 names")
    }
    return texts
  }
}

extension CheckpointValue {
  fileprivate var isSome: Bool {
    if case .none = kind { false } else { true }
  }
}
