/// 48 columns of some rows: of tokens, or of a part of a block.
///
/// What is to be multiplied in fewer bits has fewer rows, each of which holds two or four
/// (`NumberFormat.rows`).
package struct Panel {
  /// Column 0 of row 0.
  let base: MutableFloats
  /// Floats from a row to the next.
  let stride: Int
  /// How many columns exist; they come first.
  package let valid: Int

  /// Rows one after the other.
  init(_ base: MutableFloats, stride: Int = Tile.columns, valid: Int = Tile.columns) {
    self.base = base
    self.stride = stride
    self.valid = valid
  }

  /// Column 0 of a row.
  @inline(__always) func row(_ index: Int) -> MutableFloats { base + index &* stride }

  /// The rows for a kernel that knows of no stride.
  @inline(__always) var dense: MutableFloats {
    precondition(stride == Tile.columns, "the rows must lie one after the other")
    return base
  }

  /// A value.
  package subscript(_ row: Int, _ column: Int) -> Float {
    get { self.row(row)[column] }
    nonmutating set { self.row(row)[column] = newValue }
  }

  /// Copies the first rows of another panel.
  package func copy(_ other: Panel, rows: Int) {
    for row in 0..<rows { self.row(row).update(from: other.row(row), count: Tile.columns) }
  }

  /// Adds the first rows of another panel, as far as columns exist.
  package func add(_ other: Panel, rows: Int) {
    for row in 0..<rows {
      let (target, source) = (self.row(row), other.row(row))
      for column in 0..<valid { target[column] += source[column] }
    }
  }

  /// `self = self · scale + shift + other`, with a scale and a shift for each row.
  package func scale(_ scale: [Float], shift: [Float], adding other: Panel) {
    for (row, (scale, shift)) in zip(scale, shift).enumerated() {
      let (target, source) = (self.row(row), other.row(row))
      for column in 0..<Tile.columns {
        target[column] = target[column] * scale + shift + source[column]
      }
    }
  }
}

extension TokenPanels {
  /// The tokens of a panel.
  package subscript(_ index: Int) -> Panel {
    Panel(panel(index), valid: valid(panel: index))
  }
}

extension BlockRows {
  /// 48 columns of all rows.
  package func panel(_ index: Int) -> Panel {
    Panel(base + index &* Tile.columns, stride: stride, valid: valid(panel: index))
  }
}

extension Blocks {
  /// 48 columns of a block's rows.
  ///
  /// - Parameter block: it may not exist where it is not read.
  package func panel(_ block: Int, _ index: Int) -> Panel { rows(block).panel(index) }
}
