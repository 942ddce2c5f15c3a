internal import Glibc

/// The angles by which positions turn pairs of channels.
///
/// Pair i of a head of `width` channels is the channels 2i and 2i + 1; position p turns it by p · θ^(−2i / width).
/// Source: Su and others, RoFormer (2021).
package struct RotaryTable: Sendable {
  /// Channels of a head.
  package let width: Int
  /// Cosines of the pairs, then sines, of each position.
  private let angles: TokenPanels

  /// Computes the angles of positions 0 ..< `tokens`, rounded to float32 where the reference rounds: the rates,
  /// and then the angles.
  package init(width: Int, tokens: Int, theta: Double, workers: Workers) {
    precondition(width % 2 == 0, "width must be even")
    self.init(
      rates: (0..<width / 2).map { 1 / Float(pow(theta, Double(2 * $0) / Double(width))) },
      tokens: tokens, workers: workers)
  }

  /// Computes the angles of positions 0 ..< `tokens`.
  ///
  /// - Parameter rates: by how much a position turns each pair.
  package init(rates: [Float], tokens: Int, workers: Workers) {
    let half = rates.count
    width = 2 * half
    let angles = TokenPanels(channels: width, groups: 1, tokens: tokens)
    self.angles = angles
    workers.run(angles.count) { panel in
      let row = angles.panel(panel)
      for pair in 0..<half {
        for column in 0..<angles.valid(panel: panel) {
          let angle = Double(Float(panel * Tile.columns + column) * rates[pair])
          row[pair * Tile.columns + column] = Float(cos(angle))
          row[(half + pair) * Tile.columns + column] = Float(sin(angle))
        }
      }
    }
  }

  /// Turns one head of a panel, `[width][48]`, in place.
  @inline(__always) func turn(_ rows: MutableFloats, panel: Int) {
    let half = width / 2
    let cosines = angles.panel(panel)
    let sines = cosines + half &* Tile.columns
    for pair in 0..<half {
      let even = rows + 2 &* pair &* Tile.columns
      let odd = even + Tile.columns
      for column in stride(from: 0, to: Tile.columns, by: 16) {
        let (a, b) = (even.lanes(column), odd.lanes(column))
        let cosine = cosines.lanes(pair &* Tile.columns &+ column)
        let sine = sines.lanes(pair &* Tile.columns &+ column)
        even.store((a * cosine).adding(-b, times: sine), column)
        odd.store((b * cosine).adding(a, times: sine), column)
      }
    }
  }

  /// Turns 16 columns of one head, all of them by the same position.
  ///
  /// - Parameters:
  ///   - rows: 48 floats apart.
  ///   - output: [width][16].
  @inline(__always) func turn(_ rows: Floats, position: Int, into output: MutableFloats) {
    let angles = self.angles.panel(position / Tile.columns) + position % Tile.columns
    for pair in 0..<width / 2 {
      let cosine = Lanes(repeating: angles[pair &* Tile.columns])
      let sine = Lanes(repeating: angles[(width / 2 &+ pair) &* Tile.columns])
      let a = rows.lanes(2 &* pair &* Tile.columns)
      let b = rows.lanes((2 &* pair &+ 1) &* Tile.columns)
      output.store((a * cosine).adding(-b, times: sine), 32 &* pair)
      output.store((b * cosine).adding(a, times: sine), 32 &* pair &+ 16)
    }
  }
}
