/// A solver of dx/dt = v(x, t) from t = 0 to 1 with fixed steps, as torchdiffeq's `FixedGridODESolver`.
package struct ODESolver: Sendable, Hashable {
  /// How a step is made.
  package enum Method: String, Sendable, CaseIterable {
    /// By the velocity in the middle of the step: two velocities a step.
    case midpoint
    /// By the velocity at the beginning: one velocity a step.
    case euler
    /// By the velocities at the beginnings of this step and the one before it, and the first step by its middle: one
    /// velocity a step, and of the second order as well (the Adams–Bashforth method).
    case adamsBashforth = "ab2"
  }

  /// How each step is made.
  package let method: Method
  /// The times between the steps: 0, …, 1.
  let grid: [Float]

  /// How many steps there are.
  package var steps: Int { grid.count - 1 }

  /// Velocities that a solution asks for.
  package var evaluations: Int { times.count }

  /// The times of these velocities, in their order.
  package var times: [Float] {
    intervals.enumerated().flatMap { index, step in
      takesMiddle(ofStep: index) ? [step.start, step.start + 0.5 * step.length] : [step.start]
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
    var previous: (slope: [Float], length: Float)?
    for (index, (start, length)) in intervals.enumerated() {
      let first = try evaluate(state, start)
      var slope = first
      if takesMiddle(ofStep: index) {
        let half = 0.5 * length
        slope = try evaluate(moved(state, along: first, by: half), start + half)
      } else if method == .adamsBashforth, let previous {
        // The line through both velocities, in the middle of this step.
        let reach = 0.5 * length / previous.length
        slope = zip(first, previous.slope).map { $0 + reach * ($0 - $1) }
      }
      state = moved(state, along: slope, by: length)
      previous = (first, length)
    }
    return state
  }

  private func takesMiddle(ofStep index: Int) -> Bool {
    switch method {
    case .midpoint: true
    case .euler: false
    case .adamsBashforth: index == 0
    }
  }

  /// The state at time 1.
  package func callAsFunction(from state: [Float], _ velocity: VectorField) -> [Float] {
    self(from: state, velocity) { _ in }
  }

  private var intervals: [(start: Float, length: Float)] {
    zip(grid, grid.dropFirst()).map { ($0, $1 - $0) }
  }

  private func moved(_ state: [Float], along slope: [Float], by length: Float) -> [Float] {
    precondition(slope.count == state.count, "a velocity must be as long as the state")
    return zip(state, slope).map { $0 + length * $1 }
  }
}

extension ODESolver {
  /// Steps of the same length.
  package init(method: Method, steps: Int) {
    precondition(steps > 0, "there must be at least one step")
    let step = 1 / Float(steps)
    self.init(method: method, grid: (0..<steps).map { Float($0) * step } + [1])
  }
}
