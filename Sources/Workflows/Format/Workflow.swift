/// A workflow as its file says it, before variables have values.
package struct Workflow: Sendable {
  /// In the order of the file; one may use those before it.
  let variables: [Variable]
  /// In the order of the file.
  let steps: [Step]

  /// The names that `--set` takes.
  package var variableNames: [String] { variables.map(\.name) }

  struct Variable: Sendable {
    let name: String
    let position: Position
    /// nil where the value must be given.
    let value: Template?
  }

  /// One pipe, run once or over a matrix.
  struct Step: Sendable {
    let name: String
    let position: Position
    let loops: [Loop]
    let inputs: [Path]
    let outputs: [Path]
    let needs: [Need]
    let pipe: PipeTemplate
  }

  /// A variable that takes one value after the other.
  struct Loop: Sendable {
    enum Values: Sendable {
      /// The files that match.
      case pattern(Template)
      case list([Template])
    }

    let name: String
    let position: Position
    let values: Values
  }

  /// A file or folder, and the name that stands for it in the step.
  struct Path: Sendable {
    let name: String
    let position: Position
    let path: Template
  }

  /// A step that must be done before, by its name.
  struct Need: Sendable {
    let step: String
    let position: Position
  }
}
