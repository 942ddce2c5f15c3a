/// Why bytes are not the JSON that was asked for.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence: "a duplicate key \"rate\"".
  public let problem: String
  /// Where, in bytes from the start of the text.
  public let offset: Int

  /// Problem and place.
  public var description: String {
    "\(problem) at byte \(offset)"
  }
}
