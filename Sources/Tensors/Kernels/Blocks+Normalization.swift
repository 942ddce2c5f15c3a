extension Blocks {
  /// Subtracts the mean of all values and divides by their deviation.
  ///
  /// - Parameter epsilon: added to the deviation before dividing.
  /// - Returns: the mean and the unbiased standard deviation, without `epsilon`.
  package func normalize(
    _ workers: Workers, epsilon: Float = 1e-5
  ) -> (mean: Float, deviation: Float) {
    let rows = self.count * channels
    let total = Double(rows * columns)
    func row(_ index: Int) -> MutableFloats { self.row(index / channels, index % channels) }

    let moments = workers.collect(rows) { index, _ in
      Rows.sums(Floats(row(index)), columns: columns)
    }.reduce(into: Moments()) { $0.add($1) }
    let mean = moments.sum / total
    let variance = max(0, moments.squares - total * mean * mean) / max(1, total - 1)
    let deviation = Float(variance.squareRoot())

    let scale = Lanes(repeating: 1 / (epsilon + deviation))
    let center = Lanes(repeating: Float(mean))
    workers.run(rows) { index, _ in
      let row = row(index)
      for panel in 0..<panels {
        let target = row + panel &* Tile.columns
        Rows.store(target, valid: valid(panel: panel)) { (target.lanes($0) - center) * scale }
      }
    }
    return (Float(mean), deviation)
  }
}
