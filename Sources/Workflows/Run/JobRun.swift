internal import APCore
internal import SystemPackage

/// Runs a job: it is done whole, or nothing of it stays.
struct JobRun {
  let job: Job
  let executables: Executables
  let lifeline: Lifeline
  let folders: OutputFolders
  /// What the job's commands say goes there.
  let narration: Narration
  /// Options on top of those of a command, for the filters of the suite.
  let filterOptions: (_ stage: Int) -> [String]

  /// - Throws: `FilterError` with the status of the command at fault; `CancellationError`.
  func run() async throws {
    let inputs = FileTree(job.inputs)
    let before = FileTree(job.outputs)
    for output in job.outputs { try folders.make(above: output) }
    do {
      try await runPipe()
      for output in job.outputs where FileTree([output]).files.isEmpty {
        throw FilterError(
          .cannotCreate, "\(job.label) succeeded, but '\(output)' is not there.",
          advice: "Do 'outputs' and the command name the same file?")
      }
    } catch {
      before.restore(job.outputs)
      // Of filters that were killed.
      job.outputs.forEach(PartialFile.removeLeftovers)
      throw error
    }
    guard !job.outputs.isEmpty else { return }
    do {
      try JobRecord(of: job, inputs: inputs).write(for: job)
    } catch {
      narration.say(as: job.label) { $0.warning("\(error) It will be done again next time.") }
    }
  }

  private func runPipe() async throws {
    let job = job
    let narration = narration
    let pipe = PipeRun(commands: try commands(), lifeline: lifeline) { stage, line in
      narration.pass(line, of: job.stages[stage][0], for: job)
    }
    let file = try job.output.map { path in
      try PartialFile(for: path, overwriting: true, takesPipe: true)
    }
    let input = try job.input.map { path in try Self.open(path) }
    let output = try file?.descriptor.duplicate()
    let ends = try await pipe.run(input: input, output: output)
    try Task.checkCancellation()
    if let cause = ends.cause { throw failure(cause) }
    try file?.commit()
  }

  private func commands() throws(FilterError) -> [(path: String, arguments: [String])] {
    try job.stages.enumerated().map { stage, words throws(FilterError) in
      guard let path = executables.find(words[0]) else {
        throw FilterError(.unavailable, "There is no command '\(words[0])' any more.")
      }
      let options = Suite.filters.contains(words[0]) ? filterOptions(stage) : []
      return (path, options + words.dropFirst())
    }
  }

  private static func open(_ path: String) throws(FilterError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(path, .readOnly)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be opened: \(error).", underlying: error)
    }
  }

  private func failure(_ end: StageEnd) -> FilterError {
    let name = job.stages[end.stage][0]
    let what =
      switch end.status {
      case .exited(let code): "failed with exit status \(code)"
      case .signaled(let number): "was ended by a signal (\(Syscalls.signalName(number)))"
      case .notStarted(let reason): "could not be started: \(reason)"
      case .ended: "was ended"
      }
    // What has been passed on need not be said again.
    var words = narration.passesWords ? "" : end.lastWords[...]
    if words.hasPrefix("\(name): ") { words = words.dropFirst(name.count + 2) }
    return FilterError(
      FilterError.Code("failed-step", end.status.exitStatus),
      "\(job.label): \(name) \(what)\(words.isEmpty ? "." : ": \(words)")")
  }
}
