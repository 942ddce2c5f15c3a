internal import APCore

/// Gives out what an earlier run wrote, as if the filter ran.
struct Replay {
  let execution: StoredExecution
  let store: CacheStore
  /// What the filter would read; nil where it reads nothing.
  let input: StandardInput?

  /// Writes the stream to standard output while the input goes nowhere.
  ///
  /// The end record waits until all that came before it is known to be what was written: a damaged output ends with
  /// an abort record, and is dropped. It waits for the input's end too: a filter before that fails must not look as
  /// if it had finished, and one that still writes must not find its pipe closed.
  ///
  /// - Throws: what is wrong with the input; `io`, `brokenPipe`.
  func run(in context: FilterContext) throws(FilterError) {
    let output = try context.openOutput()
    let draining = try input.map { input throws(FilterError) in
      try BackgroundWork { try? input.drain() }
    }
    let end = try execution.read { bytes throws(FilterError) in
      try output.pass(bytes, isLast: false)
    }
    guard let end else {
      store.drop(execution.key)
      throw FilterError(
        .io, "The stored output in \(execution.folder) was damaged, and is removed.",
        advice: "Run the command again, which makes it anew.")
    }
    draining?.wait()
    try input?.drain()
    try output.pass(end, isLast: true)
  }
}
