internal import APCore

/// A file with a prompt a line.
enum PromptFile {
  /// More than a run takes.
  private static let maximumBytes = 1 << 20

  /// Its lines without the spaces around them, but for empty ones.
  ///
  /// - Throws: `noInput`, `badInput` for a file that is not UTF-8 text or has no prompt.
  static func prompts(_ path: String) throws(FilterError) -> [String] {
    let bytes: [UInt8]?
    do {
      bytes = try FileSystem.read(path, limit: maximumBytes)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be read: \(error).", underlying: error)
    }
    guard let text = bytes.flatMap({ String(textFile: $0) }),
      !text.contains("\0")
    else {
      throw FilterError(
        .badInput, "\(path) is not a text file of at most \(maximumBytes) bytes.",
        advice: "Write one prompt per line, in UTF-8.")
    }
    let lines = text.split(whereSeparator: \.isNewline).compactMap { line -> String? in
      let trimmed = line.drop(while: \.isWhitespace)
      guard let last = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return nil }
      return String(trimmed[...last])
    }
    guard !lines.isEmpty else {
      throw FilterError(
        .badInput, "\(path) has no prompt.", advice: "Write one prompt per line.")
    }
    return lines
  }
}
