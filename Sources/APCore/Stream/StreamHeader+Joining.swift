extension StreamHeader {
  /// How a windowed stream becomes one that a filter takes, as a sentence.
  ///
  /// - Parameter choice: another way out.
  package func joining(before tool: String, or choice: String? = nil) -> String {
    var ways = ["Put ap-xfade before \(tool)"]
    // Windows that no filter has cut are the files of ap-decode.
    let tools = history.map(\.tool)
    if case .windowed(let windowing) = layout, windowing.overlap == 0, tools.contains("ap-decode"),
      !tools.contains("ap-segment")
    {
      ways.append("give --join to ap-decode")
    }
    if let choice { ways.append(choice) }
    let last = ways.removeLast()
    return ways.isEmpty ? "\(last)." : "\(ways.joined(separator: ", ")), or \(last)."
  }
}
