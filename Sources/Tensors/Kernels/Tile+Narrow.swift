/// `c[8][48] = Σₖ a[k][0..<8] · b[k][0..<48]` with a packed panel on the right of which only the first
/// `columns` exist: what costs less in float32, if they are 32 or fewer. Results of those that do not exist are zero.
@inline(__always)
func multiplyTile(
  _ a: Floats, panel b: Floats, depth: Int, columns: Int, precision: NumberFormat,
  into c: MutableFloats, accumulate: Bool
) {
  guard columns <= 32, precision == .f32 else {
    multiplyTile(a, panel: b, depth: depth, precision: precision, into: c, accumulate: accumulate)
    return
  }
  let used = (columns &+ 15) & ~15
  if Processor.hasAVX512 {
    for column in stride(from: 0, to: used, by: 16) {
      multiplyTile8x16(a, b + column, depth: depth, into: c + column, accumulate: accumulate)
    }
  } else {
    let rows = TileRows(
      origin: b, stride: Tile.columns, depth: depth, offsets: nil, taps: 1, precision: .f32)
    multiplyTile4x16(
      a, aStride: Tile.rows, rows, into: c, accumulate: accumulate, columns: used,
      FloatProduct.self)
  }
  for row in 0..<Tile.rows {
    (c + row &* Tile.columns + used).update(repeating: 0, count: Tile.columns &- used)
  }
}

/// A third of a tile for 32 registers of 16 floats: 8 independent sums, which just hide the latency of 4 of two
/// fused products a cycle.
@inline(never)
func multiplyTile8x16(
  _ a: Floats, _ b: Floats, depth: Int, into c: MutableFloats, accumulate: Bool
) {
  var r0 = accumulate ? c.lanes(0) : .zero
  var r1 = accumulate ? c.lanes(Tile.columns) : .zero
  var r2 = accumulate ? c.lanes(2 &* Tile.columns) : .zero
  var r3 = accumulate ? c.lanes(3 &* Tile.columns) : .zero
  var r4 = accumulate ? c.lanes(4 &* Tile.columns) : .zero
  var r5 = accumulate ? c.lanes(5 &* Tile.columns) : .zero
  var r6 = accumulate ? c.lanes(6 &* Tile.columns) : .zero
  var r7 = accumulate ? c.lanes(7 &* Tile.columns) : .zero
  var (a, b) = (a, b)
  for _ in 0..<depth {
    let values = b.lanes(0)
    r0 = FloatProduct.add(a[0], values, to: r0)
    r1 = FloatProduct.add(a[1], values, to: r1)
    r2 = FloatProduct.add(a[2], values, to: r2)
    r3 = FloatProduct.add(a[3], values, to: r3)
    r4 = FloatProduct.add(a[4], values, to: r4)
    r5 = FloatProduct.add(a[5], values, to: r5)
    r6 = FloatProduct.add(a[6], values, to: r6)
    r7 = FloatProduct.add(a[7], values, to: r7)
    a += Tile.rows
    b += Tile.columns
  }
  c.store(r0, 0)
  c.store(r1, Tile.columns)
  c.store(r2, 2 &* Tile.columns)
  c.store(r3, 3 &* Tile.columns)
  c.store(r4, 4 &* Tile.columns)
  c.store(r5, 5 &* Tile.columns)
  c.store(r6, 6 &* Tile.columns)
  c.store(r7, 7 &* Tile.columns)
}
