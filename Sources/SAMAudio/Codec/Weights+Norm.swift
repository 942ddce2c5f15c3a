import APCore
import Checkpoints
import Tensors

extension Weights {
  /// The weight of a convolution, whose norm may be stored apart from its direction (weight norm): v · g / ‖v‖,
  /// ‖v‖ over all dimensions but the first.
  ///
  /// - Parameter shape: at least one dimension; the norms are [shape[0], 1, …].
  /// - Throws: like `floats(_:shape:)`.
  func kernel(shape: [Int]) throws(FilterError) -> [Float] {
    let parametrization = self["parametrizations"]["weight"]
    let norms = [shape[0]] + shape.dropFirst().map { _ in 1 }
    let g: [Float]
    var v: [Float]
    if parametrization.has("original0") {
      g = try parametrization.floats("original0", shape: norms)
      v = try parametrization.floats("original1", shape: shape)
    } else if has("weight_g") || has("weight_v") {
      g = try floats("weight_g", shape: norms)
      v = try floats("weight_v", shape: shape)
    } else {
      return try floats("weight", shape: shape)
    }
    let size = v.count / max(1, g.count)
    v.withUnsafeMutableBufferPointer { v in
      for (row, norm) in g.enumerated() {
        let range = row * size..<(row + 1) * size
        let squares = range.reduce(0) { $0 + Double(v[$1]) * Double(v[$1]) }
        let scale = Float(Double(norm) / squares.squareRoot())
        for index in range { v[index] *= scale }
      }
    }
    return v
  }

  /// A snake's α.
  func snake(channels: Int) throws(FilterError) -> Activation {
    .snake(Snake(alpha: try floats("alpha", shape: [1, channels, 1])))
  }
}
