import Tensors
import TestSupport
import Testing

@testable import Demucs

@Suite struct DConvTests {
  struct Shape: Sendable {
    var channels: Int
    var hidden: Int
    var columns: Int
  }

  static let shapes = [
    Shape(channels: 4, hidden: 1, columns: 1), Shape(channels: 1, hidden: 1, columns: 47),
    Shape(channels: 5, hidden: 4, columns: 47), Shape(channels: 8, hidden: 4, columns: 48),
    Shape(channels: 9, hidden: 4, columns: 49), Shape(channels: 12, hidden: 6, columns: 336),
    Shape(channels: 3, hidden: 6, columns: 1000), Shape(channels: 6, hidden: 48, columns: 49),
    Shape(channels: 48, hidden: 48, columns: 1), Shape(channels: 3, hidden: 48, columns: 336),
    Shape(channels: 7, hidden: 1, columns: 1000), Shape(channels: 2, hidden: 9, columns: 2),
  ]

  @Test(arguments: shapes, [1, 2]) func layerEqualsTheNaiveOne(shape: Shape, dilation: Int) throws {
    let weights = DConvWeights(shape.channels, shape.hidden, dilation: dilation, seed: 1)
    let rows = noise(rows: shape.channels, columns: shape.columns, seed: 2)
    let expected = weights.naive(Naive.table(rows))
    for numerics in Numerics.all {
      let x = Blocks(rows)
      onOneThread(DConv([try weights.layer(numerics)]), x)
      #expect(difference(x.values(), expected) < numerics.tolerance)
      #expect(x.marginsAreZero)
    }
  }

  @Test(arguments: shapes) func layersFollowEachOther(shape: Shape) throws {
    let (weights, dconv) = try stack(shape, .float32)
    let rows = noise(rows: shape.channels, columns: shape.columns, seed: 3)
    let x = Blocks(rows)
    onOneThread(dconv, x)
    let expected = weights.reduce(Naive.table(rows)) { $1.naive($0) }
    #expect(difference(x.values(), expected) < 2e-5)
  }

  /// The two walks add up their sums in another order, and else agree.
  @Test(arguments: shapes, NumberFormat.products)
  func sharedWalkEqualsTheOneOfAThread(shape: Shape, precision: NumberFormat) throws {
    let (_, dconv) = try stack(shape, Numerics(multiplied: precision))
    let rows = noise(rows: shape.channels, columns: shape.columns, seed: 4)
    let alone = Blocks(rows)
    onOneThread(dconv, alone)
    let shared = (0..<4).map { _ in Blocks(rows) }
    for (threads, x) in zip([1, 2, 3, 7], shared) { onThreads(threads, dconv, x) }
    #expect(difference(shared[0].values(), Naive.table(alone.values())) < precision.tolerance / 5)
    #expect(shared[0].marginsAreZero)
    for x in shared { #expect(x.values() == shared[0].values(), "for any number of threads") }
  }

  /// A silent channel leaves the deviation at zero, a constant one nearly.
  @Test(arguments: [0, 1, -100] as [Float]) func constantInputStaysFinite(value: Float) throws {
    let weights = DConvWeights(4, 3, dilation: 1, seed: 5, isBiased: value != 0)
    let rows = Array(repeating: Array(repeating: value, count: 60), count: 4)
    let x = Blocks(rows)
    onOneThread(DConv([try weights.layer(.float32)]), x)
    #expect(difference(x.values(), weights.naive(Naive.table(rows))) < 1e-4)
  }

  // MARK: Helpers

  private func stack(_ shape: Shape, _ numerics: Numerics) throws -> ([DConvWeights], DConv) {
    let weights = [1, 2].map {
      DConvWeights(shape.channels, shape.hidden, dilation: $0, seed: UInt64(10 * $0))
    }
    return (weights, DConv(try weights.map { try $0.layer(numerics) }))
  }

  private func onOneThread(_ dconv: DConv, _ x: Blocks) {
    // The hidden rows held something else before, as they do in a network.
    let hidden = Blocks.dirty(channels: dconv.hiddenRows, columns: x.columns)
    Workers(threads: 1).run(1) { _, scratch in
      dconv(x.rows(0), hidden: hidden.rows(0), scratch)
    }
  }

  private func onThreads(_ threads: Int, _ dconv: DConv, _ x: Blocks) {
    dconv(x.rows(0), workers: Workers(threads: threads))
  }
}
