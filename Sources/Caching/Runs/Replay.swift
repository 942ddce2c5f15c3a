internal import APCore

/// Gives out what an earlier run wrote, as if the filter ran.
struct Replay {
  private let execution: StoredExecution
  private let input: StandardInput?

  /// - Parameter input: what the filter would read; nil where it reads nothing.
  init(_ execution: StoredExecution, input: StandardInput?) {
    self.execution = execution
    self.input = input
  }

  /// Writes the stream to standard output while the input goes nowhere.
  ///
  /// The end record waits for the input's: a filter before that fails must not look as if it had
  /// finished, and one that still writes must not find its pipe closed.
  ///
  /// - Throws: what is wrong with the input; `io`, `brokenPipe`.
  func run(in context: FilterContext) throws(FilterError) {
    let output = try context.openOutput()
    let draining = try input.map { input throws(FilterError) in
      try BackgroundWork { try? input.drain() }
    }
    try execution.readBody { bytes throws(FilterError) in
      try output.pass(bytes, isLast: false)
    }
    let end = try execution.readEnd()
    draining?.wait()
    try input?.drain()
    try output.pass(end, isLast: true)
  }
}
