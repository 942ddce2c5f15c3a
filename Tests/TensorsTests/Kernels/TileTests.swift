import TestSupport
import Testing

@testable import Tensors

/// All compiled kernels that this processor can run, whichever of them it would take.
@Suite struct TileTests {
  enum Kernel {
    case tile8x48, tile4x16
    /// With the instructions for pairs and for bytes.
    case paired8x48, bytes8x48

    static let all =
      [Kernel.tile8x48, .tile4x16] + (Processor.hasBF16 ? [.paired8x48] : [])
      + (Processor.hasVNNI ? [.bytes8x48] : [])

    func callAsFunction(
      _ a: Floats, aStride: Int, _ b: TileRows, into c: MutableFloats, accumulate: Bool
    ) {
      switch (self, b.precision == .f32) {
      case (.bytes8x48, _):
        multiplyTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, ByteProduct.self)
      case (_, _) where b.precision == .int8:
        if self == .tile4x16 {
          multiplyTile4x16(
            a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedByteProduct.self)
        } else {
          multiplyTile8x48(
            a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedByteProduct.self)
        }
      case (.tile8x48, true), (.paired8x48, true):
        multiplyTile8x48(
          a, aStride: aStride, b, into: c, accumulate: accumulate, FloatProduct.self)
      case (.tile8x48, false):
        multiplyTile8x48(
          a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedPairProduct.self)
      case (.paired8x48, false):
        multiplyTile8x48(a, aStride: aStride, b, into: c, accumulate: accumulate, PairProduct.self)
      case (.tile4x16, true):
        multiplyTile4x16(
          a, aStride: aStride, b, into: c, accumulate: accumulate, FloatProduct.self)
      case (.tile4x16, false):
        multiplyTile4x16(
          a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedPairProduct.self)
      }
    }
  }

  struct Shape: Sendable {
    var depth: Int
    var taps = 1
    var stride = 48
    var aStride = 8
    var offsets: [Int]?
  }

  static let shapes = [
    Shape(depth: 0), Shape(depth: 1), Shape(depth: 7), Shape(depth: 61),
    Shape(depth: 5, stride: 51), Shape(depth: 3, aStride: 48), Shape(depth: 2, aStride: 11),
    Shape(depth: 4, taps: 1, stride: 80, offsets: [3]),
    Shape(depth: 3, taps: 3, stride: 80, offsets: [0, 1, 2]),
    Shape(depth: 3, taps: 3, stride: 80, offsets: [4, 0, 19]),
    Shape(depth: 1, taps: 9, stride: 64, offsets: [0, 1, 2, 64, 65, 66, 128, 129, 130]),
    Shape(depth: 6, taps: 0, offsets: [0]), Shape(depth: 0, taps: 3, offsets: [0, 1, 2]),
  ]

  @Test(arguments: Kernel.all, shapes)
  func equalsThreeLoops(kernel: Kernel, shape: Shape) {
    for precision in [NumberFormat.f32, .bf16] where kernel != .bytes8x48 {
      for accumulate in [false, true] { compare(kernel, shape, precision, accumulate) }
    }
  }

  /// Sums of bytes are whole numbers, and exact.
  @Test(arguments: Kernel.all, shapes)
  func bytesEqualThreeLoops(kernel: Kernel, shape: Shape) {
    let reach = (shape.offsets?.max() ?? 0) + shape.depth * shape.stride + Tile.columns
    let a = bytes(shape.taps * shape.depth * shape.aStride + 8, seed: 1)
    let b = bytes(reach, seed: 3)
    let before = (0..<Tile.count).map { Int32($0) * -7 }
    for accumulate in [false, true] {
      let c = FloatStorage(before.map { Float(bitPattern: UInt32(bitPattern: $0)) })
      (shape.offsets ?? []).withUnsafeBufferPointer { offsets in
        kernel(
          Floats(a.base), aStride: shape.aStride,
          TileRows(
            origin: Floats(b.base), stride: shape.stride, depth: shape.depth,
            offsets: shape.offsets == nil ? nil : offsets.baseAddress, taps: shape.taps,
            precision: .int8),
          into: c.base, accumulate: accumulate)
      }
      for index in 0..<Tile.count {
        var sum = accumulate ? before[index] : 0
        for tap in 0..<shape.taps {
          for k in 0..<shape.depth {
            let left = (tap * shape.depth + k) * shape.aStride + index / Tile.columns
            let right = (shape.offsets?[tap] ?? 0) + k * shape.stride + index % Tile.columns
            for byte in 0..<4 {
              let x = Int8(truncatingIfNeeded: a.base[left].bitPattern >> (8 * byte))
              let y = UInt8(truncatingIfNeeded: b.base[right].bitPattern >> (8 * byte))
              sum += Int32(x) * Int32(y)
            }
          }
        }
        #expect(Int32(bitPattern: c.base[index].bitPattern) == sum)
      }
    }
  }

  /// Words of four bytes, the extreme ones among them.
  private func bytes(_ count: Int, seed: UInt64) -> FloatStorage {
    var state = seed
    return FloatStorage(
      (0..<count).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let extremes: [UInt32] = [0x807f_ff00, 0xffff_ffff, 0x8080_8080, 0x7f7f_7f7f]
        let bits = index % 5 < extremes.count ? extremes[index % 5] : UInt32(state >> 32)
        return Float(bitPattern: bits)
      })
  }

  private func compare(
    _ kernel: Kernel, _ shape: Shape, _ precision: NumberFormat, _ accumulate: Bool
  ) {
    let reach = (shape.offsets?.max() ?? 0) + shape.depth * shape.stride + Tile.columns
    let a = Words(shape.taps * shape.depth * shape.aStride + 8, precision, seed: 1)
    let b = Words(reach, precision, seed: 3)
    let before = noise(Tile.count, seed: 5)
    let c = FloatStorage(before + [7])
    (shape.offsets ?? []).withUnsafeBufferPointer { offsets in
      kernel(
        Floats(a.storage.base), aStride: shape.aStride,
        TileRows(
          origin: Floats(b.storage.base), stride: shape.stride, depth: shape.depth,
          offsets: shape.offsets == nil ? nil : offsets.baseAddress, taps: shape.taps,
          precision: precision),
        into: c.base, accumulate: accumulate)
    }
    var expected = accumulate ? before.map(Double.init) : Array(repeating: 0, count: Tile.count)
    for index in 0..<Tile.count {
      for tap in 0..<shape.taps {
        for k in 0..<shape.depth {
          let left = (tap * shape.depth + k) * shape.aStride + index / Tile.columns
          let right = (shape.offsets?[tap] ?? 0) + k * shape.stride + index % Tile.columns
          for (x, y) in zip(a.parts, b.parts) {
            expected[index] += Double(x[left]) * Double(y[right])
          }
        }
      }
    }
    let actual = Array(UnsafeBufferPointer(start: c.base, count: Tile.count))
    #expect(difference(actual, expected) < 1e-6)
    #expect(c.base[Tile.count] == 7, "nothing is written after the tile")
  }

  /// Columns that do not exist cost nothing, and are zero.
  @Test(arguments: [1, 15, 16, 17, 32, 33, 47, 48], [0, 1, 61])
  func narrowPanelsGiveTheSameColumns(columns: Int, depth: Int) {
    let a = FloatStorage(noise(depth * Tile.rows, seed: 1))
    let b = FloatStorage(noise(depth * Tile.columns, seed: 2))
    let before = noise(Tile.count, seed: 3)
    let rows = TileRows(
      origin: Floats(b.base), stride: Tile.columns, depth: depth, offsets: nil, taps: 1,
      precision: .f32)
    for accumulate in [false, true] {
      let (whole, narrow) = (FloatStorage(before), FloatStorage(before + [7]))
      multiplyTile(
        Floats(a.base), aStride: Tile.rows, rows, into: whole.base, accumulate: accumulate)
      multiplyTile(
        Floats(a.base), panel: Floats(b.base), depth: depth, columns: columns,
        precision: .f32, into: narrow.base, accumulate: accumulate)
      let used = columns > 32 ? Tile.columns : (columns + 15) / 16 * 16
      for index in 0..<Tile.count {
        let expected = index % Tile.columns < used ? whole.base[index] : 0
        #expect(narrow.base[index] == expected)
      }
      #expect(narrow.base[Tile.count] == 7, "nothing is written after the tile")
    }
  }

  /// Noise in the words of a precision, and the one or two values of each word.
  private struct Words {
    let storage: FloatStorage
    let parts: [[Float]]

    init(_ count: Int, _ precision: NumberFormat, seed: UInt64) {
      parts = (0..<(precision == .f32 ? 1 : 2)).map {
        precision.factors(noise(count, seed: seed + UInt64($0)))
      }
      let (low, high) = (parts[0], parts[parts.count - 1])
      storage = FloatStorage(
        precision == .f32
          ? low
          : zip(low, high).map { Float(bitPattern: $0.bitPattern >> 16 | $1.bitPattern) })
    }
  }

  @Test(arguments: [(0, 0), (1, 1), (47, 1), (48, 1), (49, 2), (336, 7)])
  func panelsAreColumnsRoundedUp(columns: Int, panels: Int) {
    #expect(Tile.panels(columns) == panels)
  }

  @Test(arguments: [(0, 0), (1, 1), (7, 1), (8, 1), (9, 2), (48, 6)])
  func tilesAreRowsRoundedUp(rows: Int, tiles: Int) {
    #expect(Tile.tiles(rows) == tiles)
  }
}
