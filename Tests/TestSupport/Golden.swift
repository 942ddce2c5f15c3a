internal import Checkpoints

/// Tensors that a reference gave, and those it was given; a README beside each file says which.
package struct Golden {
  private let weights: Weights

  /// Opens `NAME.safetensors` among the fixtures.
  package init(_ file: String) throws {
    weights = try Checkpoint.open(fixture("\(file).safetensors")).weights()
  }

  /// The shape and values of a tensor.
  package func tensor(_ name: String) throws -> (shape: [Int], values: [Float]) {
    guard let shape = weights.shape(name) else {
      throw TestSupportError("the fixture has no \(name)")
    }
    return (shape, try weights.floats(name, shape: shape))
  }

  /// A signal's rows.
  package func rows(_ name: String) throws -> [[Float]] {
    let (shape, values) = try tensor(name)
    let length = shape[shape.count - 1]
    return stride(from: 0, to: values.count, by: length).map { Array(values[$0..<$0 + length]) }
  }

  /// Every 97th value of each row.
  package static func thinned(_ rows: [[Float]]) -> [Float] {
    rows.flatMap { row in stride(from: 0, to: row.count, by: 97).map { row[$0] } }
  }

  /// The largest difference, as a part of the largest expected value.
  package static func error(_ values: [Float], _ expected: [Float]) -> Float {
    guard values.count == expected.count else { return .infinity }
    let peak = expected.map(abs).max() ?? 0
    let largest = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
    // A comparison with NaN would be false either way round.
    return values.allSatisfy(\.isFinite) ? largest / peak : .infinity
  }

  /// The error of whole rows against what is kept of them: both ends, and every 97th value.
  package func error(of rows: [[Float]], _ name: String) throws -> Float {
    let head = try tensor("\(name).head")
    let edge = head.shape[head.shape.count - 1]
    let tail = try tensor("\(name).tail")
    let thin = try tensor("\(name).thin97")
    return Self.error(
      rows.flatMap { $0.prefix(edge) } + rows.flatMap { $0.suffix(edge) } + Self.thinned(rows),
      head.values + tail.values + thin.values)
  }
}
