/// Why bytes are not the JSON that was asked for.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence: "a duplicate key \"rate\"".
  package let problem: String
  /// Where, in bytes from the start of the text.
  package let offset: Int

  /// Problem and place.
  package var description: String {
    "\(problem) at byte \(offset)"
  }
}
