internal import APCore
internal import Subprocess
internal import SystemPackage

/// Runs commands in a row, each reading what the one before it writes.
struct PipeRun: Sendable {
  /// A path and its arguments a command.
  let commands: [(path: String, arguments: [String])]
  let lifeline: Lifeline
  /// Takes each line that a command says, with the command's place; whether it is words.
  let hear: @Sendable (Int, String) -> Bool

  /// How long the others may go on once a command has failed: the one before it that made it fail, if one
  /// did, is about to end, and those after it end by themselves when they read of it.
  private static let grace = Duration.seconds(1)
  /// How long a command has to clean up before it is killed.
  private static let patience = Duration.seconds(5)

  private enum Event: Sendable {
    case end(StageEnd)
    case graceIsOver
  }

  /// Runs all commands at once until they have ended. Once one fails, and was not made to fail by
  /// another, the others are ended. If the task is cancelled, all are.
  ///
  /// - Parameters:
  ///   - input: what the first reads; nil for nothing.
  ///   - output: what takes the last one's output; nil for this process's own.
  /// - Returns: their ends in the order of time.
  /// - Throws: `Errno` where the system has no more pipes.
  func run(input: FileDescriptor?, output: FileDescriptor?) async throws -> [StageEnd] {
    let pipes = try Self.makePipes(commands.count - 1)
    return await withTaskGroup(of: Event.self) { group in
      for stage in commands.indices {
        group.addTask {
          let isLast = stage == commands.count - 1
          return .end(
            await run(
              stage, input: stage == 0 ? input : pipes[stage - 1].readEnd,
              output: isLast ? output : pipes[stage].writeEnd))
        }
      }
      var ends: [StageEnd] = []
      var waits = false
      while ends.count < commands.count, let event = await group.next() {
        switch event {
        case .graceIsOver: group.cancelAll()
        case .end(let end):
          ends.append(end)
          guard end.isFailure, !end.isBrokenPipe, !waits else { continue }
          waits = true
          group.addTask {
            try? await Task.sleep(for: Self.grace)
            return .graceIsOver
          }
        }
      }
      group.cancelAll()
      return ends
    }
  }

  private static func makePipes(
    _ count: Int
  ) throws -> [(readEnd: FileDescriptor, writeEnd: FileDescriptor)] {
    var pipes: [(readEnd: FileDescriptor, writeEnd: FileDescriptor)] = []
    do {
      for _ in 0..<count { pipes.append(try FileDescriptor.pipe()) }
    } catch {
      for pipe in pipes {
        try? pipe.readEnd.close()
        try? pipe.writeEnd.close()
      }
      throw error
    }
    return pipes
  }

  private func run(
    _ stage: Int, input: FileDescriptor?, output: FileDescriptor?
  ) async -> StageEnd {
    var lastWords = ""
    do {
      let status = try await start(stage, input: input, output: output) { line in
        if hear(stage, line) { lastWords = line }
      }
      return StageEnd(stage: stage, status: status, lastWords: lastWords)
    } catch {
      let status: StageEnd.Status =
        Task.isCancelled
        ? .ended : .notStarted("\((error as? SubprocessError)?.underlyingError ?? error)")
      return StageEnd(stage: stage, status: status, lastWords: lastWords)
    }
  }

  private func start(
    _ stage: Int, input: FileDescriptor?, output: FileDescriptor?,
    take: (String) -> Void
  ) async throws -> StageEnd.Status {
    var options = PlatformOptions()
    // A group of its own, so that what a command started ends with it.
    options.processGroupID = 0
    options.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.patience)
    ]
    var process: Int32?
    defer { process.map(lifeline.remove) }
    let null = try input ?? FileDescriptor.open("/dev/null", .readOnly)
    let result = try await Subprocess.run(
      .path(FilePath(platformString: commands[stage].path.platformString)),
      arguments: Arguments(
        executablePathOverride: commands[stage].path.platformBytes + [0],
        remainingValues: commands[stage].arguments.map { $0.platformBytes + [0] }),
      platformOptions: options,
      input: .fileDescriptor(null, closeAfterSpawningProcess: true),
      output: .fileDescriptor(
        output ?? .standardOutput, closeAfterSpawningProcess: output != nil),
      error: .sequence
    ) { execution in
      process = execution.processIdentifier.value
      process.map(lifeline.add)
      var splitter = LineSplitter()
      for try await buffer in execution.standardError {
        splitter.push(buffer.bytes).forEach(take)
      }
      splitter.finish().forEach(take)
    }
    if Task.isCancelled { return .ended }
    return switch result.terminationStatus {
    case .exited(let code): .exited(code)
    case .signaled(let number): .signaled(number)
    }
  }
}
