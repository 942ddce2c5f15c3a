package import APCore

/// Runs the jobs of a plan.
package struct WorkflowRun: Sendable {
  private let plan: Plan
  private let limit: Int
  private let keepsGoing: Bool
  private let narration: Narration
  private let reports: RunReports?
  private let executables = Executables()
  private let folders = OutputFolders()

  /// - Parameters:
  ///   - plan: what to do.
  ///   - jobs: how many jobs run at once.
  ///   - keepsGoing: whether jobs that do not need a failed one still run.
  ///   - settings: say what is told on the way.
  ///   - reports: takes what filters report of themselves; nil if they need not.
  package init(
    _ plan: Plan, jobs: Int, keepsGoing: Bool, settings: Settings, reports: RunReports?
  ) {
    self.plan = plan
    limit = jobs
    self.keepsGoing = keepsGoing
    narration = Narration(settings)
    self.reports = reports
  }

  fileprivate enum Outcome: Sendable {
    case done
    case upToDate
    case failed(FilterError)
    case cancelled
  }

  /// - Throws: `FilterError` with the status of the first job, in the order of the plan, that failed;
  ///   `CancellationError`.
  package func run() async throws {
    let lifeline = try Lifeline()
    let outcomes = await outcomes(lifeline)
    await lifeline.end()
    folders.removeEmpty()
    narration.finish()
    try Task.checkCancellation()
    try summarize(outcomes)
  }

  private func outcomes(_ lifeline: Lifeline) async -> [Outcome?] {
    var outcomes = [Outcome?](repeating: nil, count: plan.jobs.count)
    var waiting = Array(plan.jobs.indices)
    await withTaskGroup(of: (Int, Outcome).self) { group in
      var running = 0
      func startMore() {
        while running < limit, let place = waiting.firstIndex(where: { isReady($0, outcomes) }) {
          let index = waiting.remove(at: place)
          running += 1
          group.addTask { (index, await outcome(of: index, lifeline)) }
        }
      }
      startMore()
      while let (index, outcome) = await group.next() {
        running -= 1
        outcomes[index] = outcome
        if !Task.isCancelled, keepsGoing || !outcomes.contains(where: \.isFailure) { startMore() }
      }
    }
    return outcomes
  }

  private func isReady(_ index: Int, _ outcomes: [Outcome?]) -> Bool {
    plan.jobs[index].needs.allSatisfy { need in
      guard let outcome = outcomes[need] else { return false }
      if case .failed = outcome { return false }
      return true
    }
  }

  private func outcome(of index: Int, _ lifeline: Lifeline) async -> Outcome {
    let job = plan.jobs[index]
    let clock = ContinuousClock()
    let start = clock.now
    let outcome = await perform(index, job, lifeline)
    let seconds = (clock.now - start) / .seconds(1)
    reports?.gather(index, job, outcome: outcome.name, seconds: seconds)
    narration.say { log in
      switch outcome {
      case .done: log.info("\(job.label): done in \((seconds * 10).rounded() / 10) s")
      case .upToDate: log.info("\(job.label): up to date")
      // The only step's failure is the run's.
      case .failed(let failure): if plan.jobs.count > 1 { log.error(failure.description) }
      case .cancelled: break
      }
    }
    return outcome
  }

  private func perform(_ index: Int, _ job: Job, _ lifeline: Lifeline) async -> Outcome {
    if JobRecord.isUpToDate(job) { return .upToDate }
    narration.say { $0.debug("\(job.label): \(job.shellText)") }
    do {
      try await JobRun(
        job: job, executables: executables, lifeline: lifeline, folders: folders,
        narration: narration, filterOptions: { reports?.options(job: index, stage: $0) ?? [] }
      ).run()
      return .done
    } catch is CancellationError {
      return .cancelled
    } catch {
      return .failed(
        (error as? FilterError)
          ?? FilterError(.io, "\(job.label): \(error).", underlying: error))
    }
  }

  private func summarize(_ outcomes: [Outcome?]) throws {
    let failures = outcomes.compactMap { outcome in
      if case .failed(let failure) = outcome { failure } else { nil }
    }
    guard let first = failures.first else { return }
    guard outcomes.count > 1 else { throw first }
    let missing = outcomes.count { $0 == nil }
    throw FilterError(
      first.code,
      "\(failures.count) of \(outcomes.count) steps failed"
        + (missing == 0 ? "." : ", and \(missing) did not start."),
      advice: "The next run skips what is done.")
  }
}

extension WorkflowRun.Outcome? {
  fileprivate var isFailure: Bool {
    if case .failed = self { true } else { false }
  }
}

extension WorkflowRun.Outcome {
  /// As a report has it.
  fileprivate var name: String {
    switch self {
    case .done: "done"
    case .upToDate: "up-to-date"
    case .failed: "failed"
    case .cancelled: "cancelled"
    }
  }
}
