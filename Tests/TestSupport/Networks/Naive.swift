import Glibc

/// Channels by columns, in double: what the naive twins compute on.
package typealias Table = [[Double]]

/// The layers as the textbook has them: in double, one value at a time, nothing folded.
package enum Naive {
  package static func table(_ rows: [[Float]]) -> Table { rows.map { $0.map(Double.init) } }

  /// A convolution: `weight` [outputs, inputs, taps].
  package static func convolution(
    _ x: Table, _ weight: [Float], _ bias: [Float], stride: Int = 1, padding: Int = 0,
    dilation: Int = 1
  ) -> Table {
    let taps = weight.count / bias.count / x.count
    let columns = x[0].count
    let length = (columns + 2 * padding - dilation * (taps - 1) - 1) / stride + 1
    return bias.indices.map { output in
      (0..<length).map { position in
        var sum = Double(bias[output])
        for (input, row) in x.enumerated() {
          for tap in 0..<taps {
            let column = position * stride + tap * dilation - padding
            guard column >= 0, column < columns else { continue }
            sum += Double(weight[(output * x.count + input) * taps + tap]) * row[column]
          }
        }
        return sum
      }
    }
  }

  /// A transposed convolution: `weight` [inputs, outputs, 2 · stride]; nothing is cut off.
  package static func transposed(
    _ x: Table, _ weight: [Float], _ bias: [Float], stride: Int = 4
  ) -> Table {
    let (columns, kernel) = (x[0].count, 2 * stride)
    return bias.indices.map { output in
      var row = Array(repeating: Double(bias[output]), count: stride * (columns + 1))
      for input in x.indices {
        for column in 0..<columns {
          for tap in 0..<kernel {
            row[stride * column + tap] +=
              Double(weight[(input * bias.count + output) * kernel + tap]) * x[input][column]
          }
        }
      }
      return row
    }
  }

  /// W·x + b at every column: `weight` [outputs, inputs].
  package static func linear(_ x: Table, _ weight: [Float], _ bias: [Float]) -> Table {
    convolution(x, weight, bias)
  }

  package static func gelu(_ x: Double) -> Double { 0.5 * x * (1 + erf(x / 2.0.squareRoot())) }

  package static func gelu(_ x: Table) -> Table { x.map { $0.map { gelu($0) } } }

  package static func elu(_ x: Table) -> Table { x.map { $0.map { $0 > 0 ? $0 : expm1($0) } } }

  package static func snake(_ x: Table, alpha: [Float]) -> Table {
    zip(x, alpha).map { row, alpha in
      let alpha = Double(alpha)
      return row.map { $0 + sin(alpha * $0) * sin(alpha * $0) / (alpha + 1e-9) }
    }
  }

  package static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  package static func glu(_ x: Table) -> Table {
    let half = x.count / 2
    return (0..<half).map { channel in
      zip(x[channel], x[channel + half]).map { $0 * sigmoid($1) }
    }
  }

  /// GroupNorm with a single group: over all channels and columns.
  package static func groupNorm(
    _ x: Table, _ factors: (weight: [Float], bias: [Float]), epsilon: Double = 1e-5
  ) -> Table {
    let all = x.flatMap { $0 }
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count)
    let scale = 1 / (variance + epsilon).squareRoot()
    return x.indices.map { channel in
      let (weight, bias) = (Double(factors.weight[channel]), Double(factors.bias[channel]))
      return x[channel].map { ($0 - mean) * scale * weight + bias }
    }
  }

  /// LayerNorm: over the channels of each column.
  package static func layerNorm(_ x: Table, _ factors: (weight: [Float], bias: [Float])) -> Table {
    var result = x
    for column in x[0].indices {
      let token = groupNorm(x.map { [$0[column]] }, factors)
      for channel in x.indices { result[channel][column] = token[channel][0] }
    }
    return result
  }

  package static func sum(_ a: Table, _ b: Table) -> Table {
    zip(a, b).map { zip($0, $1).map { $0 + $1 } }
  }

  /// Each channel times its factor.
  package static func scaled(_ x: Table, _ factors: [Float]) -> Table {
    zip(x, factors).map { row, factor in row.map { $0 * Double(factor) } }
  }
}
