/// A solver of dx/dt = v(x, t) from t = 0 to 1 with fixed steps, as torchdiffeq's `FixedGridODESolver`.
package struct ODESolver: Sendable, Hashable {
  /// How a step is made.
  package enum Method: String, Sendable, CaseIterable {
    /// By the velocity in the middle of the step: two velocities a step.
    case midpoint
    /// By the velocity at the beginning: one velocity a step.
    case euler
  }

  let method: Method
  /// The times between the steps: 0, …, 1.
  let grid: [Float]

  /// Velocities that a solution asks for.
  var evaluations: Int { (grid.count - 1) * (method == .midpoint ? 2 : 1) }

  /// The times of these velocities, in their order.
  var times: [Float] {
    steps.flatMap { start, length in
      method == .midpoint ? [start, start + 0.5 * length] : [start]
    }
  }

  /// The state at time 1.
  ///
  /// - Parameter evaluated: called after each velocity with their number so far.
  /// - Throws: what `evaluated` throws, to end the work early.
  func callAsFunction(
    from state: [Float], _ velocity: VectorField, evaluated: (_ count: Int) throws -> Void
  ) rethrows -> [Float] {
    var state = state
    var count = 0
    func evaluate(_ state: [Float], _ time: Float) throws -> [Float] {
      let result = velocity(state, time)
      count += 1
      try evaluated(count)
      return result
    }
    for (start, length) in steps {
      var slope = try evaluate(state, start)
      if method == .midpoint {
        let half = 0.5 * length
        slope = try evaluate(moved(state, along: slope, by: half), start + half)
      }
      state = moved(state, along: slope, by: length)
    }
    return state
  }

  /// The state at time 1.
  func callAsFunction(from state: [Float], _ velocity: VectorField) -> [Float] {
    self(from: state, velocity) { _ in }
  }

  private var steps: [(start: Float, length: Float)] {
    zip(grid, grid.dropFirst()).map { ($0, $1 - $0) }
  }

  private func moved(_ state: [Float], along slope: [Float], by length: Float) -> [Float] {
    precondition(slope.count == state.count, "a velocity must be as long as the state")
    return zip(state, slope).map { $0 + length * $1 }
  }
}

extension ODESolver {
  /// Steps of the same length.
  init(method: Method, steps: Int) {
    precondition(steps > 0, "there must be at least one step")
    let step = 1 / Float(steps)
    self.init(method: method, grid: (0..<steps).map { Float($0) * step } + [1])
  }
}
