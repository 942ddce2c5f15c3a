import SystemPackage

/// What a running filter has: its name, its words, its input and output.
package final class FilterContext {
  /// The filter's name.
  package let tool: String
  /// Its words to its user.
  package let log: Log
  /// Its progress.
  package let progress: Progress
  /// The values of the shared options.
  package let settings: Settings
  /// What its run takes.
  package let report = Report()
  /// What it adds to the stream's `history`.
  package let historyEntry: HistoryEntry
  /// Whether its output is a stream, so that those after it can be told of a failure.
  private let writesStream: Bool
  /// What was written, where that is not a stream; for the last line.
  package var written = "a stream"
  private var writer: StreamWriter?
  private var notices: [String] = []
  private let start = Syscalls.monotonicSeconds()

  /// - Parameters:
  ///   - options: the options that shape the output.
  ///   - writesStream: whether standard output is for a stream.
  package init(
    tool: String, options: [String: JSONValue], settings: Settings, writesStream: Bool = true
  ) {
    self.tool = tool
    self.writesStream = writesStream
    self.settings = settings
    log = Log(tool: tool, level: settings.logLevel)
    progress = Progress(
      tool: tool, mode: settings.progress,
      isLast: !writesStream || !FileDescriptor.standardOutput.isPipe)
    historyEntry = HistoryEntry(tool: tool, version: Suite.version, options: options)
  }

  /// The stream on standard input.
  ///
  /// - Parameter keepsBytes: for a filter that passes it on as it came.
  /// - Throws: `usage` where that is a terminal.
  package func openInput(keepsBytes: Bool = false) throws(FilterError) -> StreamReader {
    guard !FileDescriptor.standardInput.isTerminal else {
      throw FilterError(
        .usage, "Standard input is a terminal, not a stream.",
        advice: "Put a filter before this one: ap-decode FILE | \(tool).")
    }
    return StreamReader(.standardInput, keepsBytes: keepsBytes) { [self] header in
      // What a file tells is long past.
      progress.begin(after: FileDescriptor.standardInput.isPipe ? header.history : [])
      for notice in notices { log.info(notice) }
    }
  }

  /// Says something once there is a stream to work on: a pipe that fails says why, and nothing else.
  package func announce(_ notice: String) {
    notices.append(notice)
  }

  /// The stream on standard output. If the filter fails, the stream's `abort` is written here.
  ///
  /// - Throws: `usage` where that is a terminal.
  package func openOutput() throws(FilterError) -> StreamWriter {
    try refuseTerminalOutput()
    Syscalls.widen(.standardOutput)
    let writer = StreamWriter(.standardOutput)
    self.writer = writer
    return writer
  }

  /// - Throws: `usage` where standard output is a terminal, for a filter that would write binary
  ///   data to it.
  package func refuseTerminalOutput() throws(FilterError) {
    guard !FileDescriptor.standardOutput.isTerminal else {
      throw FilterError(
        .usage, "Standard output is a terminal, which cannot show sound.",
        advice: "Put another filter after this one, or redirect to a file.")
    }
  }

  /// Writes words to standard output, for a filter that was asked for some instead of a stream.
  ///
  /// - Throws: `io`, or `brokenPipe` where the reader is gone.
  package func write(text: String) throws(FilterError) {
    do {
      try Array(text.utf8).span.withUnsafeBytes { bytes throws(Errno) in
        try Syscalls.writeAll(.standardOutput, bytes)
      }
    } catch .brokenPipe {
      throw FilterError(.brokenPipe, "The reader of the output is gone.")
    } catch {
      throw FilterError(.io, "Cannot write the output: \(error).", underlying: error)
    }
  }

  /// Ends the process after success. Closing tells of a write that failed late.
  package func end() -> Never {
    progress.clear()
    do {
      try Syscalls.close(.standardOutput)
    } catch {
      end(with: FilterError(.io, "Cannot write the output: \(error).", underlying: error))
    }
    do {
      try writeReport(.success)
    } catch {
      end(with: error)
    }
    TemporaryFiles.shared.removeAll()
    tellSuccess()
    exit(.success)
  }

  /// The last line of a pipe that a person watches, by its last filter.
  private func tellSuccess() {
    guard progress.isLast, progress.audioSeconds > 0, FileDescriptor.standardError.isTerminal
    else { return }
    let seconds = Syscalls.monotonicSeconds() - start
    log.info(
      "Wrote \(written): \(ProgressLine.time(progress.audioSeconds)) of sound in"
        + " \(ProgressLine.time(seconds)), \(ProgressLine.times(progress.audioSeconds / seconds)) real time."
    )
  }

  /// Leaves nothing half made behind, before this process becomes another program.
  package func leave() {
    progress.clear()
    if report.discard() {
      log.warning("No report is written, because another command takes the place of this one.")
    }
    TemporaryFiles.shared.removeAll()
  }

  /// Ends the process as the one ended that did its work, and said why.
  package func end(as end: ProcessEnd) -> Never {
    progress.clear()
    switch end {
    case .exit(0): self.end()
    case .exit(let status):
      reportFailure(ExitStatus(rawValue: status))
      TemporaryFiles.shared.removeAll()
      exit(ExitStatus(rawValue: status))
    case .signal(let number):
      reportFailure(.ended(by: number))
      TemporaryFiles.shared.removeAll()
      Syscalls.die(of: number)
    }
  }

  /// Ends the process after a failure.
  package func end(with error: any Error) -> Never {
    // A signal goes to all filters of a pipe: what fails because the others are gone needs no word.
    Syscalls.waitForTermination()
    progress.clear()
    let failure = (error as? FilterError) ?? Self.wrap(error)
    let isBrokenPipe = failure.code == .brokenPipe
    reportFailure(
      isBrokenPipe ? .ended(by: Syscalls.brokenPipe) : failure.code.status,
      message: failure.description)
    TemporaryFiles.shared.removeAll()
    if isBrokenPipe { Syscalls.dieOfBrokenPipe() }
    // Who failed before this one in the pipe has said it. What a file says, nobody may have heard.
    if failure.abort == nil || !FileDescriptor.standardInput.isPipe {
      log.error(failure.description)
    }
    if writesStream {
      Self.tell(
        failure.abort
          ?? AbortRecord(
            tool: tool, exit: Int(failure.code.status.rawValue), message: failure.description),
        by: writer ?? StreamWriter(.standardOutput))
    }
    exit(failure.code.status)
  }

  /// Tells the filters after this one why it fails, so that they need not.
  package static func tell(_ abort: AbortRecord, by writer: StreamWriter) {
    guard !FileDescriptor.standardOutput.isTerminal else { return }
    // If this fails too, the missing end record says the same.
    try? writer.write(abort)
  }

  /// That the report cannot be written does not hide why the filter failed.
  private func reportFailure(_ status: ExitStatus, message: String? = nil) {
    do {
      try writeReport(status, message: message)
    } catch {
      log.warning(error.description)
    }
  }

  private func writeReport(_ status: ExitStatus, message: String? = nil) throws(FilterError) {
    try report.write(
      Report.Outcome(status: status.rawValue, message: message), tool: tool, settings: settings,
      audioSeconds: progress.audioSeconds)
  }

  private func exit(_ status: ExitStatus) -> Never {
    Syscalls.exit(status.rawValue)
  }

  private static func wrap(_ error: any Error) -> FilterError {
    if let error = error as? Errno, [.noMemory, .resourceTemporarilyUnavailable].contains(error) {
      return AvailableMemory.error(refusing: error)
    }
    if let error = error as? Errno {
      return FilterError(.io, "The system refused: \(error).", underlying: error)
    }
    return FilterError(
      .software, "This should not have happened: \(error).",
      advice: "Please report it with the command line.", underlying: error)
  }
}
