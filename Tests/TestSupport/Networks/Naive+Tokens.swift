import Glibc
package import Tensors

/// The layers of transformers over tokens: channels by tokens.
extension Naive {
  package static func silu(_ x: Double) -> Double { x * sigmoid(x) }

  /// x / √(mean of squares + ε) · scale + shift of each token.
  package static func rmsNorm(
    _ x: Table, scale: [Float], shift: [Float]? = nil, epsilon: Double
  ) -> Table {
    var result = x
    for token in x[0].indices {
      let squares = x.reduce(0) { $0 + $1[token] * $1[token] } / Double(x.count)
      for channel in x.indices {
        result[channel][token] =
          x[channel][token] / (squares + epsilon).squareRoot() * Double(scale[channel])
          + Double(shift?[channel] ?? 0)
      }
    }
    return result
  }

  /// Turns channels 2i and 2i + 1 of each head of token p by p · θ^(−2i / width).
  package static func rotated(_ x: Table, width: Int, theta: Double) -> Table {
    var result = x
    for channel in stride(from: 0, to: x.count, by: 2) {
      let rate = pow(theta, -Double(channel % width) / Double(width))
      for token in x[0].indices {
        let (a, b, angle) = (x[channel][token], x[channel + 1][token], Double(token) * rate)
        result[channel][token] = a * cos(angle) - b * sin(angle)
        result[channel + 1][token] = a * sin(angle) + b * cos(angle)
      }
    }
    return result
  }

  /// W·x without a bias: `weight` [outputs, inputs].
  package static func linear(_ x: Table, _ weight: [Float]) -> Table {
    linear(x, weight, Array(repeating: 0, count: weight.count / x.count))
  }

  package static func swiGLU(_ x: Table, w1: [Float], w2: [Float], w3: [Float]) -> Table {
    let gated = zip(linear(x, w1), linear(x, w3)).map { a, b in zip(a, b).map { silu($0) * $1 } }
    return linear(gated, w2)
  }

  /// What an activation without a gate and factors of its own makes of a table.
  package static func activated(_ x: Table, _ activation: Activation) -> Table {
    switch activation {
    case .relu: x.map { $0.map { max(0, $0) } }
    case .silu: x.map { $0.map { silu($0) } }
    case .tanh: x.map { $0.map { tanh($0) } }
    case .gelu: gelu(x)
    case .elu: elu(x)
    default: x
    }
  }

  /// What a gate makes of a table.
  package static func gated(_ x: Table, _ gate: Activation) -> Table {
    let half = x.count / 2
    let (first, second) = (Array(x[..<half]), Array(x[half...]))
    func product(_ activated: Table) -> Table {
      zip(activated, second).map { zip($0, $1).map { $0 * $1 } }
    }
    return switch gate {
    case .swiGLU: product(activated(first, .silu))
    case .geGLU: product(activated(first, .gelu))
    default: glu(x)
    }
  }
}
