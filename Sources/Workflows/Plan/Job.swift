/// One run of a step: a pipe with all values in their places.
package struct Job: Sendable {
  /// The step's name.
  package let step: String
  /// The step's name and the values of its matrix.
  package let label: String
  let position: Position
  /// A list of words a command.
  let stages: [[String]]
  /// Where each word is in the file.
  let positions: [[Position]]
  /// What the first command reads, after `<`.
  let input: String?
  /// What takes the last one's output, after `>`.
  let output: String?
  /// Files and folders that it reads, each once.
  let inputs: [String]
  /// Files and folders that it makes, each once.
  let outputs: [String]
  /// Whether another run of its step differs from it only in files, so that one of the two tells
  /// whether the options are right.
  let isAlike: Bool
  /// The jobs that must be done before, by their places in the plan.
  var needs: Set<Int> = []
  /// Those of them whose outputs it reads.
  var sources: Set<Int> = []
}
