internal import APCore
internal import SystemPackage

/// Runs a filter, and records what passes on its way to standard output.
struct FilterRun {
  let program: FilterProgram
  /// What the filter reads; nil where it has standard input itself.
  let input: StandardInput?
  /// What the output is kept as; nil where it cannot be kept.
  let run: KeyedRun?
  let store: CacheStore
  let maxSize: Int?
  /// Whether the files that the run depends on are still those that its key names.
  let isCurrent: () -> Bool

  /// Ends the process as the filter ended.
  ///
  /// - Throws: `unavailable`, and `io` where the output cannot be written.
  func run(in context: FilterContext) throws(FilterError) {
    store.removeLeftovers()
    var recording: Recording?
    if run != nil {
      do throws(FilterError) {
        recording = try Recording(in: store, limit: maxSize)
      } catch {
        context.log.warning(error.message)
      }
    }
    let end = try pass(to: recording)
    let isInputWhole = input?.isWhole ?? true
    if let run, let recording, end == .exit(0), isInputWhole, isCurrent() {
      if recording.commit(run, command: program.words), let maxSize { store.clean(size: maxSize) }
    }
    recording?.discard()
    let problem =
      recording?.problem
      ?? (isInputWhole ? nil : "Its input is not a stream that was read to its end.")
    let aborted = input?.aborted
    if end == .exit(0), aborted == nil, let problem {
      context.log.warning("The output of \(program.name) is not kept. \(problem)")
    }
    // The filter, which reads a pipe, takes it for heard.
    if let aborted, !aborted.isHeard, [.exit(0), .exit(aborted.code.status.rawValue)].contains(end)
    {
      context.log.error(aborted.description)
    }
    context.end(as: end)
  }

  /// Starts the filter and passes on all that it writes, each piece before it is recorded.
  private func pass(to recording: Recording?) throws(FilterError) -> ProcessEnd {
    let filter: ChildProcess
    let output: FileDescriptor
    do {
      let pipe = try Syscalls.makePipe()
      output = pipe.read
      if let input {
        let inputPipe = try Syscalls.makePipe()
        filter = try ChildProcess(program, input: inputPipe.read, output: pipe.write)
        try inputPipe.read.close()
        _ = try BackgroundWork { input.pump(to: inputPipe.write) }
      } else {
        filter = try ChildProcess(program, output: pipe.write)
      }
      try pipe.write.close()
    } catch let error as FilterError {
      throw error
    } catch {
      throw program.cannotStart(error)
    }

    var failure: Errno?
    withUnsafeTemporaryAllocation(byteCount: 1 << 18, alignment: 16) { buffer in
      do throws(Errno) {
        while true {
          let count = try output.readSome(into: buffer)
          if count == 0 { break }
          let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
          try FileDescriptor.standardOutput.writeWhole(block)
          recording?.add(block)
        }
      } catch {
        failure = error
      }
    }
    // Tells the filter, too, that its reader is gone.
    try? output.close()
    let end = filter.wait()
    switch failure {
    case nil: return end
    // It has written all before it could know.
    case .brokenPipe?: return end == .exit(0) ? .signal(Syscalls.brokenPipe) : end
    case let error?:
      recording?.discard()
      throw FilterError(.io, "Cannot write the output: \(error).", underlying: error)
    }
  }
}
