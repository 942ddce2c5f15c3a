/// The tile kernel for 32 registers of 16 floats.
///
/// Register plan: 24 hold the tile (8 rows of 3 vectors), 3 the current row of `b`, the rest the
/// broadcast values of `a`. Two fused products a cycle need 8 independent sums to hide their
/// latency of 4; 24 are plenty. A step loads 3 vectors and 8 scalars for 24 products.
@inline(never)
@_specialize(where P == FloatProduct)
@_specialize(where P == PairProduct)
@_specialize(where P == ByteProduct)
@_specialize(where P == HalfProduct)
@_specialize(where P == WidenedHalfProduct)
func multiplyTile8x48<P: Product>(
  _ a: Floats, aStride: Int, _ b: TileRows, into c: MutableFloats, accumulate: Bool, _: P.Type
) {
  var r0 = TileRow<P>()
  var r1 = TileRow<P>()
  var r2 = TileRow<P>()
  var r3 = TileRow<P>()
  var r4 = TileRow<P>()
  var r5 = TileRow<P>()
  var r6 = TileRow<P>()
  var r7 = TileRow<P>()
  if accumulate {
    r0.load(c, 0)
    r1.load(c, 1)
    r2.load(c, 2)
    r3.load(c, 3)
    r4.load(c, 4)
    r5.load(c, 5)
    r6.load(c, 6)
    r7.load(c, 7)
  }
  var a = a
  for tap in 0..<b.taps {
    var row = b.origin + (b.offsets?[tap] ?? 0)
    for _ in 0..<b.depth {
      let b0 = row.lanes(0)
      let b1 = row.lanes(16)
      let b2 = row.lanes(32)
      r0.add(a[0], b0, b1, b2)
      r1.add(a[1], b0, b1, b2)
      r2.add(a[2], b0, b1, b2)
      r3.add(a[3], b0, b1, b2)
      r4.add(a[4], b0, b1, b2)
      r5.add(a[5], b0, b1, b2)
      r6.add(a[6], b0, b1, b2)
      r7.add(a[7], b0, b1, b2)
      a += aStride
      row += b.stride
    }
  }
  r0.store(c, 0)
  r1.store(c, 1)
  r2.store(c, 2)
  r3.store(c, 3)
  r4.store(c, 4)
  r5.store(c, 5)
  r6.store(c, 6)
  r7.store(c, 7)
}

/// One row of a tile: 48 sums in three registers.
private struct TileRow<P: Product> {
  private var x = Lanes.zero
  private var y = Lanes.zero
  private var z = Lanes.zero

  @inline(__always) mutating func add(_ a: Float, _ b0: Lanes, _ b1: Lanes, _ b2: Lanes) {
    x = P.add(a, b0, to: x)
    y = P.add(a, b1, to: y)
    z = P.add(a, b2, to: z)
  }

  @inline(__always) mutating func load(_ c: MutableFloats, _ row: Int) {
    x = c.lanes(row &* Tile.columns)
    y = c.lanes(row &* Tile.columns &+ 16)
    z = c.lanes(row &* Tile.columns &+ 32)
  }

  @inline(__always) func store(_ c: MutableFloats, _ row: Int) {
    c.store(x, row &* Tile.columns)
    c.store(y, row &* Tile.columns &+ 16)
    c.store(z, row &* Tile.columns &+ 32)
  }
}
