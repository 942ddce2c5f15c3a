/// What watches the stages of a network: it takes their times, by name, in the order in which they first end, and
/// shows what they give to whoever wants to see that.
package final class Probe {
  /// Looks at the values of a stage, row by row in their shape.
  package typealias Viewer = (_ stage: String, _ shape: [Int], _ values: [Float]) -> Void

  /// The seconds of each stage so far.
  package private(set) var times: [(stage: String, seconds: Double)] = []
  private var last = Syscalls.monotonicSeconds()
  private let view: Viewer?

  /// Starts to take time.
  ///
  /// - Parameter view: called with what each stage gives; nil: values are not looked at, and cost nothing.
  package init(_ view: Viewer? = nil) {
    self.view = view
  }

  /// Whether values are looked at.
  package var isViewing: Bool { view != nil }

  /// Shows what a stage gives.
  package func show(_ stage: String, _ shape: [Int], _ values: () -> [Float]) {
    view?(stage, shape, values())
  }

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
