internal import YAML

/// Makes a workflow of YAML's nodes, and gathers what is wrong with them.
struct WorkflowReader {
  /// Those of the file.
  let lines: [[Unicode.Scalar]]
  private(set) var problems: [Problem] = []

  init(lines: [[Unicode.Scalar]]) {
    self.lines = lines
  }

  mutating func read(_ root: YAMLNode?) -> Workflow {
    var variables: [Workflow.Variable] = []
    var steps: [Workflow.Step] = []
    let start = Position(line: 1, column: 1)
    guard let root, !root.isNull else {
      report(start, "There is nothing here; a workflow needs 'steps'.")
      return Workflow(variables: [], steps: [])
    }
    read(root, "A workflow", keys: ["version", "variables", "steps"]) { reader, key, _, node in
      switch key {
      case "version": reader.checkVersion(node)
      case "variables": variables = reader.variables(node)
      default: steps = reader.steps(node)
      }
    }
    if steps.isEmpty, problems.isEmpty { report(start, "A workflow must have at least one step.") }
    return Workflow(variables: variables, steps: steps)
  }

  private mutating func checkVersion(_ node: YAMLNode) {
    guard node.int != 1 else { return }
    report(
      Position(node.mark), "'version' is that of the workflow's format, of which there is only 1.")
  }

  private mutating func variables(_ node: YAMLNode) -> [Workflow.Variable] {
    var variables: [Workflow.Variable] = []
    read(node, "'variables'", keys: nil) { reader, name, position, value in
      guard reader.checkName(name, position) else { return }
      let isOpen = value.isNull
      let template = isOpen ? nil : reader.template(value)
      guard isOpen || template != nil else { return }
      variables.append(.init(name: name, position: position, value: template))
    }
    return variables
  }

  private mutating func steps(_ node: YAMLNode) -> [Workflow.Step] {
    var steps: [Workflow.Step] = []
    read(node, "'steps'", keys: nil) { reader, name, position, value in
      guard reader.checkName(name, position) else { return }
      if let step = reader.step(name, position, value) { steps.append(step) }
    }
    return steps
  }

  private mutating func step(_ name: String, _ position: Position, _ node: YAMLNode) -> Workflow
    .Step?
  {
    var loops: [Workflow.Loop] = []
    var inputs: [Workflow.Path] = []
    var outputs: [Workflow.Path] = []
    var needs: [Workflow.Need] = []
    var pipe: PipeTemplate?
    let before = problems.count
    let keys = ["for", "inputs", "outputs", "needs", "run"]
    read(node, "A step", keys: keys) { reader, key, _, value in
      switch key {
      case "for": loops = reader.loops(value)
      case "inputs": inputs = reader.paths(value, key)
      case "outputs": outputs = reader.paths(value, key)
      case "needs": needs = reader.needs(value)
      default:
        pipe = reader.text(value).flatMap { scanner in
          reader.attempt { () throws(Problem) in try PipeTemplate(scanner) }
        }
      }
    }
    guard let pipe else {
      if problems.count == before { report(position, "Step '\(name)' has no 'run'.") }
      return nil
    }
    return Workflow.Step(
      name: name, position: position, loops: loops, inputs: inputs, outputs: outputs, needs: needs,
      pipe: pipe)
  }

  private mutating func loops(_ node: YAMLNode) -> [Workflow.Loop] {
    var loops: [Workflow.Loop] = []
    read(node, "'for'", keys: nil) { reader, name, position, value in
      guard reader.checkName(name, position) else { return }
      if let list = value.sequence {
        let values = list.compactMap { reader.template($0) }
        if list.isEmpty { reader.report(position, "'\(name)' has no values.") }
        loops.append(.init(name: name, position: position, values: .list(values)))
      } else if let pattern = reader.template(value) {
        loops.append(.init(name: name, position: position, values: .pattern(pattern)))
      }
    }
    return loops
  }

  private mutating func paths(_ node: YAMLNode, _ key: String) -> [Workflow.Path] {
    var paths: [Workflow.Path] = []
    read(node, "'\(key)'", keys: nil) { reader, name, position, value in
      guard reader.checkName(name, position), let path = reader.template(value) else { return }
      paths.append(.init(name: name, position: position, path: path))
    }
    return paths
  }

  private mutating func needs(_ node: YAMLNode) -> [Workflow.Need] {
    guard let list = node.sequence else {
      report(Position(node.mark), "'needs' must be a list of steps: [one, other].")
      return []
    }
    return list.compactMap { node in
      text(node).map { .init(step: String($0.rest), position: Position(node.mark)) }
    }
  }

  /// Calls `body` with each key, its place and its value.
  ///
  /// - Parameters:
  ///   - name: what the mapping is, for a sentence.
  ///   - keys: the keys that there are; nil where they are names.
  private mutating func read(
    _ node: YAMLNode, _ name: String, keys: [String]?,
    _ body: (inout WorkflowReader, String, Position, YAMLNode) -> Void
  ) {
    guard let mapping = node.mapping else {
      let example = keys.map { "has \($0.joined(separator: ", "))" } ?? "has names with values"
      return report(Position(node.mark), "\(name) \(example): 'key: value', one per line.")
    }
    for member in mapping {
      let position = Position(member.key.mark)
      guard let text = member.key.text else {
        report(position, "A key must be a word.")
        continue
      }
      if let keys, !keys.contains(text) {
        report(
          position, "\(name) has no '\(text)'; it has \(keys.joined(separator: ", ")).")
        continue
      }
      body(&self, text, position, member.value)
    }
  }

  private mutating func template(_ node: YAMLNode) -> Template? {
    text(node).flatMap { scanner in attempt { () throws(Problem) in try Template(scanner) } }
  }

  /// A scalar's text, whatever YAML takes it for: 1.50 stays 1.50.
  private mutating func text(_ node: YAMLNode) -> TextScanner? {
    guard let text = node.text, !node.isNull else {
      report(Position(node.mark), "There should be text here.")
      return nil
    }
    return TextScanner(text, lines: lines, start: Position(node.mark))
  }

  private mutating func checkName(_ name: String, _ position: Position) -> Bool {
    guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_-]*/) != nil, name != "env" else {
      report(
        position,
        """
        '\(name)' cannot be a name: names consist of letters, digits, - and _, start with a letter \
        or _, and are not env.
        """)
      return false
    }
    return true
  }

  private mutating func attempt<Value>(_ body: () throws(Problem) -> Value) -> Value? {
    do {
      return try body()
    } catch {
      problems.append(error)
      return nil
    }
  }

  private mutating func report(_ position: Position, _ message: String) {
    problems.append(Problem(position, message))
  }
}
