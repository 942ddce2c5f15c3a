/// Uniform noise, the same in every run.
package func noise(_ count: Int, seed: UInt64, scale: Float = 1, center: Float = 0) -> [Float] {
  Sounds.noise(frames: count, seed: seed).map { $0 * scale + center }
}

/// Noise as rows: [rows, columns].
package func noise(rows: Int, columns: Int, seed: UInt64, scale: Float = 1) -> [[Float]] {
  let values = noise(rows * columns, seed: seed, scale: scale)
  return (0..<rows).map { Array(values[$0 * columns..<($0 + 1) * columns]) }
}

/// The weight and bias of a layer with `rows` outputs of `terms` terms each; sums stay near 1.
package func affine(_ rows: Int, _ terms: Int, seed: UInt64) -> (weight: [Float], bias: [Float]) {
  (
    noise(rows * terms, seed: seed, scale: 2 / Float(terms).squareRoot()),
    noise(rows, seed: seed + 1, scale: 0.5)
  )
}

/// The weight and bias of a norm.
package func normFactors(_ count: Int, seed: UInt64) -> (weight: [Float], bias: [Float]) {
  (noise(count, seed: seed, center: 1.5), noise(count, seed: seed + 1, scale: 0.5))
}
