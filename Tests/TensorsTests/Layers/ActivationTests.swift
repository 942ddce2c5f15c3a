import TestSupport
import Testing

@testable import Tensors

@Suite struct ActivationTests {
  @Test(arguments: [1, 47, 48, 49, 150], [0, 1, 2, 3])
  func equalsTheNaiveFunction(columns: Int, kind: Int) {
    let rows = noise(rows: 3, columns: columns, seed: 1, scale: 5)
    let alpha: [Float] = [0.3, 7, -2]
    let activation = [Activation.none, .gelu, .elu, .snake(Snake(alpha: alpha))][kind]
    let table = Naive.table(rows)
    let expected = [
      table, Naive.gelu(table), Naive.elu(table), Naive.snake(table, alpha: alpha),
    ][kind]
    let x = Blocks(rows)
    let y = Blocks(count: 1, channels: 3, columns: columns)
    for panel in 0..<x.panels {
      activation(x.rows(0), channels: 3, panel: panel, into: y.rows(0))
    }
    #expect(difference(y.values(), expected) < 1e-6)
    #expect(y.marginsAreZero)
    for panel in 0..<x.panels {
      activation(x.rows(0), channels: 3, panel: panel, into: x.rows(0))
    }
    #expect(x.values() == y.values(), "in place as well")
  }

  /// Without an α a snake is the identity, but for what a vanishing one divides by.
  @Test func vanishingFrequencyIsTheIdentity() {
    let x = Blocks([[-3, 0, 0.5, 1000]])
    Activation.snake(Snake(alpha: [0]))(x.rows(0), channels: 1, panel: 0, into: x.rows(0))
    #expect(x.values() == [[-3, 0, 0.5, 1000]])
  }

  @Test func snakesAreTheSameOnlyIfTheyAreOne() {
    let snake = Snake(alpha: [1])
    #expect(Activation.snake(snake) == .snake(snake))
    #expect(Activation.snake(snake) != .snake(Snake(alpha: [1])))
    #expect(Activation.snake(snake) != .elu)
  }
}
