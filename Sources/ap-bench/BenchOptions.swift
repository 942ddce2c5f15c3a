internal import ArgumentParser
import Tensors

/// What every benchmark is told.
struct BenchOptions: ParsableArguments {
  @Argument(help: "A model's name or path.")
  var model: String

  @Option(help: "Threads.")
  var threads = 2

  var workers: Workers { Workers(threads: threads) }
}

/// How often something is timed.
struct Rounds: ParsableArguments {
  @Option(help: "How often to run what is timed.")
  var rounds = 2

  func validate() throws {
    if rounds < 1 { throw ValidationError("--rounds must be at least 1.") }
  }

  /// Runs something round after round.
  ///
  /// - Parameter run: gives the seconds of each stage.
  /// - Returns: the seconds of each round, and the stages of the fastest: the first one pays for fresh memory.
  func times(
    _ run: () -> [(stage: String, seconds: Double)]
  ) -> (seconds: [Double], stages: [(stage: String, seconds: Double)]) {
    let runs = (0..<rounds).map { _ in run() }
      .map { stages in (stages: stages, seconds: stages.reduce(0) { $0 + $1.seconds }) }
    let fastest = runs.min { $0.seconds < $1.seconds }
    return (runs.map(\.seconds), fastest?.stages ?? [])
  }
}
