/// Adds up how long stages of the work take, by name, in the order in which they first end.
package final class Stopwatch {
  /// What has been measured.
  package private(set) var times: [(stage: String, seconds: Double)] = []
  private var last = Syscalls.monotonicSeconds()

  /// Starts it.
  package init() {}

  /// The first stage begins now.
  package func start() {
    last = Syscalls.monotonicSeconds()
  }

  /// A stage ends, and the next one begins.
  package func lap(_ stage: String) {
    let now = Syscalls.monotonicSeconds()
    add(now - last, to: stage)
    last = now
  }

  /// Does a stage that stands alone.
  func measure<Result, Failure>(
    _ stage: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = Syscalls.monotonicSeconds()
    defer { add(Syscalls.monotonicSeconds() - start, to: stage) }
    return try body()
  }

  private func add(_ seconds: Double, to stage: String) {
    if let index = times.firstIndex(where: { $0.stage == stage }) {
      times[index].seconds += seconds
    } else {
      times.append((stage, seconds))
    }
  }
}
