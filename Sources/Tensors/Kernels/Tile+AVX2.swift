/// The tile kernel for 16 registers of 8 floats (AVX2), for 32 of 4 (NEON, where 16 hold a block), and for any
/// other processor: six blocks of 4 rows × 16 columns, one after the other; fewer of them for fewer `columns`.
///
/// Register plan: 8 registers hold a block (4 rows of 2), 2 the current row of `b`, 4 the broadcast values
/// of `a`; 8 independent sums are what two fused products a cycle with a latency of 4 need.
@inline(never)
func multiplyTile4x16<P: Product>(
  _ a: Floats, aStride: Int, _ b: TileRows, into c: MutableFloats, accumulate: Bool,
  columns: Int = Tile.columns, _: P.Type
) {
  for column in stride(from: 0, to: columns, by: 16) {
    for row in stride(from: 0, to: Tile.rows, by: 4) {
      let c = c + (row &* Tile.columns &+ column)
      var r0 = accumulate ? c.lanes(0) : .zero
      var r1 = accumulate ? c.lanes(Tile.columns) : .zero
      var r2 = accumulate ? c.lanes(2 &* Tile.columns) : .zero
      var r3 = accumulate ? c.lanes(3 &* Tile.columns) : .zero
      var a = a + row
      for tap in 0..<b.taps {
        var source = b.origin + ((b.offsets?[tap] ?? 0) &+ column)
        for _ in 0..<b.depth {
          let values = source.lanes(0)
          r0 = P.add(a[0], values, to: r0)
          r1 = P.add(a[1], values, to: r1)
          r2 = P.add(a[2], values, to: r2)
          r3 = P.add(a[3], values, to: r3)
          a += aStride
          source += b.stride
        }
      }
      c.store(r0, 0)
      c.store(r1, Tile.columns)
      c.store(r2, 2 &* Tile.columns)
      c.store(r3, 3 &* Tile.columns)
    }
  }
}
