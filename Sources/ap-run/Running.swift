import APCore
import Workflows

/// The work of `ap-run`.
struct Running {
  let file: String
  let settings: [String: String]
  /// Whether pipes are printed, and not run.
  let isDry: Bool
  let jobs: Int
  let keepsGoing: Bool

  func run(in context: FilterContext) throws {
    context.settings.export(progress: context.progress.isShown)
    let plan = try plan(context.log)
    guard !isDry else { return try context.write(text: plan.shellText) }
    let reports =
      context.report.isAsked ? try RunReports(in: context.settings.temporaryFolder) : nil
    let run = WorkflowRun(
      plan, jobs: jobs, keepsGoing: keepsGoing, settings: context.settings, reports: reports)
    defer {
      if let reports { show(reports, in: context) }
    }
    try Work.wait { try await run.run() }
  }

  private func plan(_ log: Log) throws -> Plan {
    let source = try WorkflowFile(path: file)
    do {
      let workflow = try source.parse()
      let settings = settings
      return try Work.wait { try await Plan.checked(workflow, settings: settings) }
    } catch let invalid as InvalidWorkflow {
      for problem in invalid.problems {
        let place = problem.position
        log.error("\(source.path):\(place.line):\(place.column): \(problem.message)")
      }
      let count = invalid.problems.count
      throw FilterError(
        FilterError.Code("invalid-workflow", invalid.status),
        "\(source.path) has \(count == 1 ? "a problem" : "\(count) problems"); nothing was started."
      )
    }
  }

  private func show(_ reports: RunReports, in context: FilterContext) {
    context.report.add("steps", reports.json)
    for line in reports.table?.split(separator: "\n") ?? [] { context.log.info(String(line)) }
  }
}
