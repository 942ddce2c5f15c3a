import TestSupport
import Testing

@testable import Tensors

/// Products of half precision: in one instruction where the processor has it, taken apart on any.
@Suite struct HalfTileTests {
  enum Kernel {
    case widened, native

    static let all = [Kernel.widened] + (Processor.hasFP16 ? [.native] : [])

    func callAsFunction(
      _ a: Floats, aStride: Int, _ b: TileRows, into c: MutableFloats, accumulate: Bool
    ) {
      switch self {
      case .widened:
        multiplyHalfTile8x48(
          a, aStride: aStride, b, into: c, accumulate: accumulate, WidenedHalfProduct.self)
      case .native:
        multiplyHalfTile8x48(
          a, aStride: aStride, b, into: c, accumulate: accumulate, HalfProduct.self)
      }
    }
  }

  /// Those of the other kernels, and sums that are widened once, twice, between taps and at their ends.
  static let shapes =
    TileTests.shapes + [31, 32, 33, 64, 97].map { TileTests.Shape(depth: $0) }
    + [
      TileTests.Shape(depth: 20, taps: 4, stride: 80, offsets: [0, 1, 2, 9]),
      TileTests.Shape(depth: 32, taps: 3, stride: 64, offsets: [3, 0, 1]),
      TileTests.Shape(depth: 65, taps: 2, aStride: 16, offsets: [0, 5]),
    ]

  /// Bit for bit: each product is added and rounded to a half once, and 64 of them are added to a float32 sum.
  @Test(arguments: Kernel.all, shapes)
  func equalsTheNaiveSums(kernel: Kernel, shape: TileTests.Shape) {
    // From subnormal ones on to such that their sums lose half of their bits.
    for (scale, seed) in [(1, 1), (0x1p-8, 5), (0x1p-13, 9), (30, 13)] as [(Float, UInt64)] {
      for accumulate in [false, true] {
        compare(kernel, shape, scale: scale, seed: seed, accumulate)
      }
    }
  }

  private func compare(
    _ kernel: Kernel, _ shape: TileTests.Shape, scale: Float, seed: UInt64, _ accumulate: Bool
  ) {
    let reach = (shape.offsets?.max() ?? 0) + shape.depth * shape.stride + Tile.columns
    let a = halves(shape.taps * shape.depth * shape.aStride + 8, seed: seed, scale: scale)
    let b = halves(reach, seed: seed + 2, scale: scale)
    let before = noise(Tile.count, seed: seed + 3)
    let c = FloatStorage(before + [7])
    (shape.offsets ?? []).withUnsafeBufferPointer { offsets in
      kernel(
        Floats(a.base), aStride: shape.aStride,
        TileRows(
          origin: Floats(b.base), stride: shape.stride, depth: shape.depth,
          offsets: shape.offsets == nil ? nil : offsets.baseAddress, taps: shape.taps,
          precision: .f16),
        into: c.base, accumulate: accumulate)
    }
    let (left, right) = (values(a), values(b))
    let together = max(1, 32 / max(1, shape.depth))
    var expected = [Float]()
    for index in 0..<Tile.count {
      var sum = NaiveSum(total: accumulate ? before[index] : 0)
      for tap in 0..<shape.taps {
        for k in 0..<shape.depth {
          sum.add(
            left[(tap * shape.depth + k) * shape.aStride + index / Tile.columns],
            right[(shape.offsets?[tap] ?? 0) + k * shape.stride + index % Tile.columns])
          if k % 32 == 31 { sum.widen() }
        }
        if (tap + 1) % together == 0 { sum.widen() }
      }
      sum.widen()
      expected.append(sum.total)
    }
    #expect(Array(UnsafeBufferPointer(start: c.base, count: Tile.count)) == expected)
    #expect(c.base[Tile.count] == 7, "nothing is written after the tile")
  }

  /// The sum of a column: those of the even and the odd rows are apart.
  private struct NaiveSum {
    private(set) var total: Float
    private var sums: [Float16] = [0, 0]

    init(total: Float) { self.total = total }

    /// Double has room for the exact sum of a product of halves and a half, as far as it counts.
    mutating func add(_ a: [Float16], _ b: [Float16]) {
      sums = sums.indices.map { Float16(Double(a[$0]) * Double(b[$0]) + Double(sums[$0])) }
    }

    mutating func widen() {
      total += Float(sums[0]) + Float(sums[1])
      sums = [0, 0]
    }
  }

  private func halves(_ count: Int, seed: UInt64, scale: Float) -> FloatStorage {
    let (low, high) = (
      noise(count, seed: seed, scale: scale), noise(count, seed: seed + 1, scale: scale)
    )
    return FloatStorage(zip(low, high).map { Narrowing.pair($0, $1, as: .f16) })
  }

  private func values(_ words: FloatStorage) -> [[Float16]] {
    (0..<words.count).map {
      let bits = words.base[$0].bitPattern
      return [bits & 0xffff, bits >> 16].map { Float16(bitPattern: UInt16($0)) }
    }
  }

  /// A sum that is nearly a tie between two halves, and is one in float32, must not be rounded twice.
  @Test(
    arguments: Kernel.all,
    [
      (1, 1044, 2009), (1, 1044, -1004.5), (1 + 0x1p-10, 1025, 2046), (1 + 0x1p-10, 1025, -2046),
      (-1, 1045, -2007), (-1 - 0x1p-10, 1026, 2044),
    ] as [(Float, Float, Float)])
  func nothingIsRoundedTwice(kernel: Kernel, sum: (first: Float, x: Float, y: Float)) {
    let (x, y) = (sum.x * 0x1p-10, sum.y * 0x1p-22)
    let exact = Double(sum.first) + Double(x) * Double(y)
    #expect(Float16(Float(exact)) != Float16(exact))
    let words = [sum.first, x].map { Narrowing.pair($0, 0, as: .f16) }
    let (a, b) = (FloatStorage(count: 2 * Tile.rows), FloatStorage(count: 2 * Tile.columns))
    let c = FloatStorage(count: Tile.count)
    (a.base[0], a.base[Tile.rows]) = (words[0], words[1])
    b.base[0] = Narrowing.pair(1, 0, as: .f16)
    b.base[Tile.columns] = Narrowing.pair(y, 0, as: .f16)
    kernel(
      Floats(a.base), aStride: Tile.rows,
      TileRows(
        origin: Floats(b.base), stride: Tile.columns, depth: 2, offsets: nil, taps: 1,
        precision: .f16), into: c.base, accumulate: false)
    #expect(c.base[0] == Float(Float16(exact)))
  }

  /// Sums beyond 65,504, infinite factors and what is no number are no number in float32, whatever is added to them;
  /// and only where they are.
  @Test(
    arguments: Kernel.all,
    [
      (a: [300, 0], b: [300, 0]), (a: [200, 0], b: [-200, 1]), (a: [.infinity, 0], b: [1, 0]),
      (a: [0, 0], b: [-.infinity, 1]), (a: [.nan, 1], b: [1, 1]), (a: [1, 1], b: [1, .nan]),
    ] as [(a: [Float], b: [Float])])
  func whatOverflowsIsNoNumber(kernel: Kernel, words: (a: [Float], b: [Float])) {
    let depth = 40
    let (a, b) = (
      FloatStorage(Array(repeating: Narrowing.pair(1, 1, as: .f16), count: depth * 8)),
      FloatStorage(Array(repeating: Narrowing.pair(1, 1, as: .f16), count: depth * Tile.columns))
    )
    for k in [3, 5] {
      a.base[8 * k + 2] = Narrowing.pair(words.a[0], words.a[1], as: .f16)
      b.base[k * Tile.columns + 17] = Narrowing.pair(words.b[0], words.b[1], as: .f16)
    }
    let c = FloatStorage(count: Tile.count)
    kernel(
      Floats(a.base), aStride: 8,
      TileRows(
        origin: Floats(b.base), stride: Tile.columns, depth: depth, offsets: nil, taps: 1,
        precision: .f16), into: c.base, accumulate: false)
    #expect(c.base[2 * Tile.columns + 17].isNaN)
    #expect(c.base[3 * Tile.columns + 18] == Float(2 * depth))
    let isFinite = words.a.allSatisfy(\.isFinite) && words.b.allSatisfy(\.isFinite)
    if isFinite {
      for index in 0..<Tile.count where index != 2 * Tile.columns + 17 {
        #expect(c.base[index].isFinite)
      }
    }
  }

  /// By how many decibels a product is above the error of its sums, for factors that are halves already.
  @Test(arguments: [64, 384, 512, 2048]) func sumsAreExactEnough(terms: Int) {
    let (a, b) = (
      halves(terms / 2 * Tile.rows, seed: 1, scale: 0.05),
      halves(terms / 2 * Tile.columns, seed: 3, scale: 1)
    )
    let c = FloatStorage(count: Tile.count)
    multiplyTile(
      Floats(a.base), panel: Floats(b.base), depth: terms / 2, precision: .f16, into: c.base)
    let (left, right) = (values(a), values(b))
    var expected = [Float]()
    for index in 0..<Tile.count {
      var sum = 0.0
      for k in 0..<terms / 2 {
        for half in 0..<2 {
          sum +=
            Double(left[k * 8 + index / Tile.columns][half])
            * Double(right[k * Tile.columns + index % Tile.columns][half])
        }
      }
      expected.append(Float(sum))
    }
    let sums = Array(UnsafeBufferPointer(start: c.base, count: Tile.count))
    #expect(signalToNoise(sums, expected) >= 60)
    #expect(signalToNoise(sums, expected) < 80, "halves are added")
  }
}
