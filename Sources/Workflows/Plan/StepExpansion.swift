internal import APCore

/// Makes the jobs of a step: one for each combination of what its matrix's variables can be.
struct StepExpansion {
  private let step: Workflow.Step
  private(set) var jobs: [Job] = []
  private(set) var problems: [Problem] = []

  init(_ step: Workflow.Step, in scope: Scope) {
    self.step = step
    expand(step.loops[...], scope, values: [], isAlike: false)
  }

  private mutating func expand(
    _ loops: ArraySlice<Workflow.Loop>, _ scope: Scope, values: [String?], isAlike: Bool
  ) {
    guard let loop = loops.first else { return add(scope, values: values, isAlike: isAlike) }
    if scope.has(loop.name) { reportTwice(loop.name, loop.position) }
    let choices: [String]
    let areFiles: Bool
    switch loop.values {
    case .list(let templates):
      areFiles = false
      choices = templates.compactMap { scope.expand($0, &problems) }
    case .pattern(let template):
      areFiles = true
      choices = files(template, scope)
    }
    // Even without a value, what else is wrong with the step is worth knowing.
    for (index, value) in (choices.isEmpty ? [nil] : choices.map(Optional.some)).enumerated() {
      var inner = scope
      inner.set(loop.name, to: value, isMatched: areFiles)
      expand(
        loops.dropFirst(), inner, values: values + [value],
        isAlike: isAlike || areFiles && index > 0)
    }
  }

  private mutating func files(_ template: Template, _ scope: Scope) -> [String] {
    guard let pattern = scope.expand(template, isPattern: true, &problems) else { return [] }
    let files = FileSystem.matches(pattern)
    if files.isEmpty {
      problems.append(
        Problem(template.position, "No file matches '\(pattern)'.", .noInput))
    }
    // A name is never taken for an option.
    return files.map { $0.hasPrefix("-") ? "./\($0)" : $0 }
  }

  private mutating func add(_ scope: Scope, values: [String?], isAlike: Bool) {
    var scope = scope
    var inputs: [String] = []
    var outputs: [String] = []
    for (loop, value) in zip(step.loops, values) {
      if case .pattern = loop.values, let value { inputs.append(value) }
    }
    inputs += define(step.inputs, &scope)
    outputs += define(step.outputs, &scope)
    let stages = step.pipe.stages.map { stage in
      stage.compactMap { scope.expand($0, &problems) }
    }
    let input = step.pipe.input.flatMap { scope.expand($0, &problems) }
    let output = step.pipe.output.flatMap { scope.expand($0, &problems) }
    // A device, a pipe, or what this process has open is no file that a later run could find.
    func isFile(_ path: String) -> Bool { PartialFile.Obstacle(at: path) != .pipe }
    if let input, isFile(input) { inputs.append(input) }
    if let output, isFile(output) { outputs.append(output) }
    jobs.append(
      Job(
        step: step.name,
        label: step.name
          + (values.isEmpty ? "" : "[\(values.map { $0 ?? "" }.joined(separator: ","))]"),
        position: step.position, stages: stages,
        positions: step.pipe.stages.map { $0.map(\.position) }, input: input, output: output,
        inputs: inputs.unique, outputs: outputs.unique, isAlike: isAlike))
  }

  private mutating func define(_ paths: [Workflow.Path], _ scope: inout Scope) -> [String] {
    paths.compactMap { path in
      if scope.has(path.name) { reportTwice(path.name, path.position) }
      let value = scope.expand(path.path, &problems)
      scope.set(path.name, to: value)
      if value?.isEmpty == true {
        problems.append(Problem(path.path.position, "'\(path.name)' is an empty path."))
      }
      return value
    }
  }

  private mutating func reportTwice(_ name: String, _ position: Position) {
    problems.append(Problem(position, "'\(name)' has a value already; choose another name."))
  }
}

extension [String] {
  /// Each once, in the order of the first.
  fileprivate var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
