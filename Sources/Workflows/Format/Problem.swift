package import APCore

/// A place in a workflow file; both numbers count from 1, columns in Unicode scalars.
package struct Position: Hashable, Comparable, Sendable {
  /// The line.
  package let line: Int
  /// The column.
  package let column: Int

  /// Whether the left one comes first.
  package static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// What is wrong with a workflow, and where.
package struct Problem: Error, Hashable, Sendable {
  /// The place.
  package let position: Position
  /// A whole sentence.
  package let message: String
  /// What a command exits with for which this is the only problem.
  package let status: ExitStatus

  init(_ position: Position, _ message: String, _ status: ExitStatus = .configuration) {
    self.position = position
    self.message = message
    self.status = status
  }
}

/// All that is wrong with a workflow; nothing of it has been started then.
package struct InvalidWorkflow: Error, Sendable {
  /// From the file's top to its bottom, each once.
  package let problems: [Problem]

  /// That of all problems, where they have one.
  package var status: ExitStatus {
    let statuses = Set(problems.map(\.status))
    return statuses.count == 1 ? problems[0].status : .configuration
  }

  init(_ problems: [Problem]) {
    self.problems = Set(problems).sorted {
      ($0.position, $0.message) < ($1.position, $1.message)
    }
  }
}
