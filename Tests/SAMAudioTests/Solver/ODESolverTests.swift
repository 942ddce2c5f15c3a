import Testing

@testable import SAMAudio

@Suite struct ODESolverTests {
  /// 1/61 and some others, rounded to float32, leave torchdiffeq a last step of nearly no length; asked for by
  /// number, there are as many steps as asked for.
  @Test(arguments: [1, 2, 3, 16, 61, 100, 109]) func thereAreAsManyStepsAsAskedFor(steps: Int) {
    for method in ODESolver.Method.allCases {
      let solver = ODESolver(method: method, steps: steps)
      #expect(solver.grid.count == steps + 1)
      #expect(solver.grid == solver.grid.sorted())
      #expect(solver.evaluations == solver.times.count)
      let evaluations: [ODESolver.Method: Int] = [
        .midpoint: 2 * steps, .euler: steps, .adamsBashforth: steps + 1,
      ]
      #expect(solver.evaluations == evaluations[method])
      var asked: [Float] = []
      _ = solver(from: [0]) { state, time in
        asked.append(time)
        return state
      }
      #expect(asked == solver.times)
    }
  }

  /// dx/dt = x has the solution eᵗ; the methods' errors fall with the first and the second power of the step.
  @Test(arguments: [(ODESolver.Method.euler, 1.0), (.midpoint, 2.0), (.adamsBashforth, 2.0)])
  func errorsFallWithTheOrder(method: ODESolver.Method, order: Double) {
    let errors = [16, 32, 64].map { steps in
      let x = ODESolver(method: method, steps: steps)(from: [1, -2]) { state, _ in state }
      #expect(x[1] == -2 * x[0])
      return abs(Double(x[0]) - 2.718_281_828)
    }
    for (coarse, fine) in zip(errors, errors.dropFirst()) {
      #expect(abs(coarse / fine - (order == 1 ? 2 : 4)) < 0.3)
    }
  }

  /// A field of time alone: the midpoint rule is exact for 2t, whatever the steps.
  @Test(arguments: [[0, 1], [0, 0.3, 0.6, 0.9, 1], [0, 0.7, 1]] as [[Float]])
  func unevenStepsFillTheTime(grid: [Float]) {
    let x = ODESolver(method: .midpoint, grid: grid)(from: [0]) { _, time in [2 * time] }
    #expect(abs(x[0] - 1) < 1e-6)
    let constant = ODESolver(method: .euler, grid: grid)(from: [0]) { _, _ in [1] }
    #expect(abs(constant[0] - 1) < 1e-6)
  }

  /// Second order in the state and in time, from velocities that the method has anyway: exact for 2t too.
  @Test(arguments: [[0, 1], [0, 0.3, 0.6, 0.9, 1], [0, 0.7, 1], [0, 0.1, 1]] as [[Float]])
  func adamsBashforthIsExactForLinesInTime(grid: [Float]) {
    let x = ODESolver(method: .adamsBashforth, grid: grid)(from: [0, 3]) { _, time in
      [2 * time, 1 - 4 * time]
    }
    #expect(abs(x[0] - 1) < 1e-6)
    #expect(abs(x[1] - 2) < 1e-6)
  }

  /// The recurrence as textbooks write it, in float64: x₁ by the midpoint rule, then
  /// xₙ₊₁ = xₙ + h (3/2 v(xₙ) − 1/2 v(xₙ₋₁)).
  @Test(arguments: [1, 2, 3, 16, 40]) func adamsBashforthIsItsNaiveTwin(steps: Int) {
    func velocity(_ x: Double, _ time: Double) -> Double { x * (1 - 2 * time) + 0.5 * time * time }
    let step = 1 / Double(steps)
    var states = [0.75]
    for index in 0..<steps {
      let (x, time) = (states[index], Double(index) * step)
      let slope =
        index == 0
        ? velocity(x + step / 2 * velocity(x, time), time + step / 2)
        : 1.5 * velocity(x, time) - 0.5 * velocity(states[index - 1], time - step)
      states.append(x + step * slope)
    }
    let x = ODESolver(method: .adamsBashforth, steps: steps)(from: [0.75]) { state, time in
      [Float(velocity(Double(state[0]), Double(time)))]
    }
    #expect(abs(Double(x[0]) - states[steps]) < 1e-6)
  }

  @Test func endsEarlyWhenToldTo() {
    struct Stop: Error {}
    var velocities = 0
    func field(_ state: [Float], _ time: Float) -> [Float] {
      velocities += 1
      return state
    }
    #expect(throws: Stop.self) {
      _ = try ODESolver(method: .midpoint, steps: 4)(from: [0], field) {
        if $0 == 3 { throw Stop() }
      }
    }
    #expect(velocities == 3)
  }
}
