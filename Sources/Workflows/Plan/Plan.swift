internal import APCore
internal import SystemPackage

/// All jobs of a workflow, checked, in an order in which they can run.
package struct Plan: Sendable {
  /// Each after all that it needs.
  package let jobs: [Job]

  /// The plan of a workflow.
  ///
  /// - Parameter settings: values of variables, instead of those in the file.
  /// - Throws: `InvalidWorkflow` with all that is wrong; `usage` where there is no such variable.
  package static func checked(_ workflow: Workflow, settings: [String: String]) async throws -> Plan
  {
    var problems: [Problem] = []
    let plan = try Plan(
      workflow, settings: settings, environment: ThisProcess.variable, problems: &problems)
    problems += await CommandCheck().problems(of: plan)
    guard problems.isEmpty else { throw InvalidWorkflow(problems) }
    return plan
  }

  /// - Parameters:
  ///   - environment: an environment variable's value; nil where it is unset or empty.
  ///   - problems: gets all that is wrong, but for commands and their options.
  init(
    _ workflow: Workflow, settings: [String: String],
    environment: @escaping @Sendable (String) -> String?, problems: inout [Problem]
  ) throws(FilterError) {
    for name in settings.keys.sorted() where !workflow.variableNames.contains(name) {
      let names = workflow.variableNames.joined(separator: ", ")
      throw FilterError(
        .usage, "The workflow has no variable '\(name)'.",
        advice: names.isEmpty ? "It has no variables." : "It has \(names).")
    }
    var scope = Scope(environment: environment)
    for variable in workflow.variables {
      let value =
        settings[variable.name]
        ?? variable.value.flatMap { scope.expand($0, &problems) }
      if value == nil, variable.value == nil {
        problems.append(
          Problem(
            variable.position,
            "'\(variable.name)' needs a value: --set \(variable.name)=VALUE."))
      }
      scope.set(variable.name, to: value)
    }
    var jobs: [Job] = []
    for step in workflow.steps {
      let expansion = StepExpansion(step, in: scope)
      jobs += expansion.jobs
      problems += expansion.problems
    }
    var graph = JobGraph(jobs, steps: workflow.steps)
    let order = graph.order()
    problems += graph.problems
    self.jobs = Self.sorted(graph.jobs, order)
  }

  private static func sorted(_ jobs: [Job], _ order: [Int]) -> [Job] {
    var places = [Int](repeating: 0, count: jobs.count)
    for (place, index) in order.enumerated() { places[index] = place }
    return order.map { index in
      var job = jobs[index]
      job.needs = Set(job.needs.map { places[$0] })
      job.sources = Set(job.sources.map { places[$0] })
      return job
    }
  }
}
