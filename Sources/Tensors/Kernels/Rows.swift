internal import CProcessor

/// What is done to 48 columns of a row when they leave the tile kernel, and sums over rows.
enum Rows {
  /// Writes `value(column)` for columns 0, 16 and 32, with zeros from `valid` on.
  @inline(__always)
  static func store(_ target: MutableFloats, valid: Int, _ value: (_ column: Int) -> Lanes) {
    for column in stride(from: 0, to: Tile.columns, by: 16) {
      let lanes = value(column)
      target.store(column + 16 <= valid ? lanes : masked(lanes, valid: valid &- column), column)
    }
  }

  /// The first `valid` of 16 lanes, then zeros.
  @inline(__always) static func masked(_ lanes: Lanes, valid: Int) -> Lanes {
    ap_first(lanes, Int32(truncatingIfNeeded: valid))
  }

  /// Σx and Σx² of a row whose margin after `columns` is zero.
  ///
  /// In float within a row's 16 lanes (at most some thousand terms each), in double beyond.
  static func sums(_ row: Floats, columns: Int) -> Moments {
    var total = Moments()
    var start = 0
    while start < columns {
      let end = Swift.min(start + 4096, columns)
      var sum = Lanes.zero
      var squares = Lanes.zero
      var column = start
      while column < end {
        let x = row.lanes(column)
        sum += x
        squares = squares.adding(x, times: x)
        column &+= 16
      }
      total.add(Moments(sum: Double(sum.sum()), squares: Double(squares.sum())))
      start = end
    }
    return total
  }

  /// Σ xᵢ·yᵢ of two rows with zero margins.
  static func dot(_ a: Floats, _ b: Floats, columns: Int) -> Double {
    var total = 0.0
    var start = 0
    while start < columns {
      let end = Swift.min(start + 4096, columns)
      var sum = Lanes.zero
      var column = start
      while column < end {
        sum = sum.adding(a.lanes(column), times: b.lanes(column))
        column &+= 16
      }
      total += Double(sum.sum())
      start = end
    }
    return total
  }
}

/// Σx and Σx² of some values: what a normalisation needs of them.
package struct Moments: Sendable {
  /// Σx
  package var sum: Double
  /// Σx²
  package var squares: Double

  /// Those of no values, unless they are named.
  package init(sum: Double = 0, squares: Double = 0) {
    self.sum = sum
    self.squares = squares
  }

  /// Adds those of other values.
  package mutating func add(_ other: Moments) {
    sum += other.sum
    squares += other.squares
  }

  /// Mean and 1 / √(variance + ε), with the biased variance, of `count` values.
  package func normalization(count: Int, epsilon: Double = 1e-5) -> (mean: Float, scale: Float) {
    let mean = sum / Double(count)
    let variance = Swift.max(0, squares / Double(count) - mean * mean)
    return (Float(mean), Float(1 / (variance + epsilon).squareRoot()))
  }
}

/// Σx of each of some rows, and the lower triangle of Σx·xᵀ.
package struct ProductMoments: Sendable {
  /// Row by row.
  package var sums: [Double]
  /// Of rows i and j ≤ i at i · (i + 1) / 2 + j.
  package var products: [Double]

  /// Those of no columns.
  package init(rows: Int) {
    sums = Array(repeating: 0, count: rows)
    products = Array(repeating: 0, count: rows * (rows + 1) / 2)
  }

  /// Adds those of other columns.
  package mutating func add(_ other: ProductMoments) {
    for i in sums.indices { sums[i] += other.sums[i] }
    for i in products.indices { products[i] += other.products[i] }
  }
}

extension BlockRows {
  /// Σx and Σx² of the first `rows` rows over some panels.
  package func moments(rows: Int, panels: Range<Int>) -> Moments {
    var moments = Moments()
    for panel in panels {
      for index in 0..<rows {
        moments.add(
          Rows.sums(Floats(row(index) + panel &* Tile.columns), columns: Tile.columns))
      }
    }
    return moments
  }

  /// Σx and Σx·xᵀ of the first `rows` rows over some panels.
  package func productMoments(rows: Int, panels: Range<Int>) -> ProductMoments {
    var result = ProductMoments(rows: rows)
    let start = panels.lowerBound &* Tile.columns
    let columns = panels.count &* Tile.columns
    for i in 0..<rows {
      let row = Floats(self.row(i) + start)
      result.sums[i] = Rows.sums(row, columns: columns).sum
      for j in 0...i {
        result.products[i * (i + 1) / 2 + j] =
          Rows.dot(row, Floats(self.row(j) + start), columns: columns)
      }
    }
    return result
  }
}
