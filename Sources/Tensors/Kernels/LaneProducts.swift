/// A matrix whose elements are 16 lanes: as many matrices side by side, which have nothing to do with each other.
struct LaneMatrix {
  let base: MutableFloats
  /// Floats from a row to the next.
  let row: Int
  /// Floats from a column to the next.
  let column: Int

  /// An element.
  @inline(__always) func at(_ row: Int, _ column: Int) -> MutableFloats {
    base + (row &* self.row &+ column &* self.column)
  }

  /// What lies from an element on.
  @inline(__always) func part(_ row: Int, _ column: Int) -> LaneMatrix {
    LaneMatrix(base: at(row, column), row: self.row, column: self.column)
  }

  /// Columns for rows.
  @inline(__always) var turned: LaneMatrix {
    LaneMatrix(base: base, row: column, column: row)
  }
}

/// `c[i][j] = Σₖ a[i][k] · b[k][j]` for 4 rows and 4 columns.
///
/// Register plan: 16 hold the results, 8 a column of `a` and a row of `b`: 8 loads for 16 products.
@inline(never)
func multiplyLanes4x4(_ a: LaneMatrix, _ b: LaneMatrix, depth: Int, into c: LaneMatrix) {
  var r0 = LaneRow()
  var r1 = LaneRow()
  var r2 = LaneRow()
  var r3 = LaneRow()
  var (left, right) = (Floats(a.base), Floats(b.base))
  for _ in 0..<depth {
    let b0 = right.lanes(0)
    let b1 = right.lanes(b.column)
    let b2 = right.lanes(2 &* b.column)
    let b3 = right.lanes(3 &* b.column)
    r0.add(left.lanes(0), b0, b1, b2, b3)
    r1.add(left.lanes(a.row), b0, b1, b2, b3)
    r2.add(left.lanes(2 &* a.row), b0, b1, b2, b3)
    r3.add(left.lanes(3 &* a.row), b0, b1, b2, b3)
    left += a.column
    right += b.row
  }
  r0.store(c.at(0, 0), c.column)
  r1.store(c.at(1, 0), c.column)
  r2.store(c.at(2, 0), c.column)
  r3.store(c.at(3, 0), c.column)
}

/// Four results side by side.
private struct LaneRow {
  private var x = Lanes.zero
  private var y = Lanes.zero
  private var z = Lanes.zero
  private var w = Lanes.zero

  @inline(__always)
  mutating func add(_ a: Lanes, _ b0: Lanes, _ b1: Lanes, _ b2: Lanes, _ b3: Lanes) {
    x = x.adding(a, times: b0)
    y = y.adding(a, times: b1)
    z = z.adding(a, times: b2)
    w = w.adding(a, times: b3)
  }

  @inline(__always) func store(_ c: MutableFloats, _ column: Int) {
    c.store(x, 0)
    c.store(y, column)
    c.store(z, 2 &* column)
    c.store(w, 3 &* column)
  }
}
