/// A place in a text; both numbers count from 1, columns in Unicode scalars.
package struct YAMLMark: Hashable, Sendable, CustomStringConvertible {
  /// The line.
  package let line: Int
  /// The column.
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// `line:column`.
  package var description: String { "\(line):\(column)" }
}

/// Why a text is not the YAML that was asked for.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as the end of a sentence: "did not find expected key".
  package let problem: String
  /// Where.
  package let mark: YAMLMark

  package init(problem: String, mark: YAMLMark) {
    self.problem = problem
    self.mark = mark
  }

  /// Place and problem.
  package var description: String { "\(mark): \(problem)" }
}
