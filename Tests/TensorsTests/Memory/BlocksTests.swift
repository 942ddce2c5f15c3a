import TestSupport
import Testing

@testable import Tensors

@Suite struct BlocksTests {
  static let columns = [1, 15, 16, 47, 48, 49, 96, 336, 1000]

  @Test(arguments: columns) func rowsHaveRoomForWholePanelsAndMargins(columns: Int) {
    let stride = Blocks.stride(columns: columns)
    #expect(stride >= Tile.panels(columns) * Tile.columns + Blocks.margin)
    #expect(stride % 16 == 0 && stride / 16 % 2 == 1, "an odd number of cache lines")
    let blocks = Blocks(count: 2, channels: 3, columns: columns)
    #expect(blocks.stride == stride)
    #expect(blocks.blockStride == 3 * stride)
    #expect(blocks.row(1, 2) - blocks.row(0, 0) == 5 * stride)
    #expect(blocks.block(1) == blocks.row(1, 0))
  }

  @Test(arguments: columns) func panelsCoverTheColumns(columns: Int) {
    let blocks = Blocks(count: 1, channels: 1, columns: columns)
    let valid = (0..<blocks.panels).map { blocks.valid(panel: $0) }
    #expect(valid.reduce(0, +) == columns)
    #expect(valid.dropLast().allSatisfy { $0 == Tile.columns })
    #expect(valid == (0..<blocks.panels).map { blocks.rows(0).valid(panel: $0) })
  }

  @Test(arguments: columns) func newBlocksAreZero(columns: Int) {
    let blocks = Blocks(count: 2, channels: 2, columns: columns)
    #expect(blocks.marginsAreZero)
    #expect((blocks.values(0) + blocks.values(1)).allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  @Test(arguments: columns) func clearMarginsLeavesTheColumns(columns: Int) {
    let blocks = Blocks.dirty(channels: 3, columns: columns)
    let rows = noise(rows: 3, columns: columns, seed: 1)
    blocks.fill(0, rows)
    blocks.rows(0).clearMargins(rows: 2)
    #expect(blocks.values() == rows)
    for row in 0..<2 {
      let start = blocks.row(0, row)
      #expect((-Blocks.margin..<0).allSatisfy { start[$0] == 0 })
      #expect((columns..<blocks.stride).allSatisfy { start[$0] == 0 })
    }
    #expect(blocks.row(0, 2)[columns].isNaN, "only the rows that were asked for")
  }

  @Test(arguments: columns) func planarCopiesRoundTrip(columns: Int) {
    let values = noise(3 * columns, seed: 2)
    let blocks = Blocks(count: 1, channels: 3, columns: columns)
    values.withUnsafeBufferPointer { blocks.copy(planar: $0.baseAddress!) }
    #expect(blocks.values().flatMap { $0 } == values)
    #expect(blocks.marginsAreZero)
    for threads in [1, 2, 7] {
      let output = FloatStorage(Array(repeating: 5, count: values.count + 1))
      blocks.copy(
        toPlanar: output.base, scale: -2, offset: 0.5, Workers(threads: threads))
      let copied = Array(UnsafeBufferPointer(start: output.base, count: values.count))
      #expect(difference(copied, values.map { 0.5 - 2 * Double($0) }) < 1e-6)
      #expect(output.base[values.count] == 5)
    }
  }
}

@Suite struct BlocksNormalizationTests {
  @Test(
    arguments: [
      (count: 1, channels: 1, columns: 2), (1, 2, 47), (3, 2, 48), (2, 5, 49), (7, 4, 336),
      (1, 2, 9001),
    ], [0, 3] as [Float])
  func subtractsMeanAndDividesByUnbiasedDeviation(
    shape: (count: Int, channels: Int, columns: Int), center: Float
  ) {
    let values = (0..<shape.count).map { block in
      noise(rows: shape.channels, columns: shape.columns, seed: UInt64(1 + block), scale: 2)
        .map { $0.map { $0 + center } }
    }
    let all = values.flatMap { $0.flatMap { $0.map(Double.init) } }
    let mean = all.reduce(0, +) / Double(all.count)
    let squares = all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(all.count - 1)).squareRoot()

    var first: [[[Float]]]?
    for threads in [1, 2, 3, 7] {
      let blocks = Blocks(values)
      let result = blocks.normalize(Workers(threads: threads))
      #expect(abs(Double(result.mean) - mean) < 2e-6)
      #expect(abs(Double(result.deviation) - deviation) < 5e-6)
      let normalized = (0..<shape.count).map { blocks.values($0) }
      let expected = all.map { ($0 - mean) / (1e-5 + deviation) }
      #expect(difference(normalized.flatMap { $0.flatMap { $0 } }, expected) < 1e-5)
      #expect(blocks.marginsAreZero)
      #expect(normalized == first ?? normalized, "the same bytes for any number of threads")
      first = normalized
    }
  }

  @Test(arguments: [1, 47, 336]) func silenceStaysSilence(columns: Int) {
    let blocks = Blocks(count: 2, channels: 2, columns: columns)
    let result = blocks.normalize(Workers(threads: 2))
    #expect(result.mean == 0 && result.deviation == 0)
    #expect((blocks.values(0) + blocks.values(1)).allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  /// Without an unbiased deviation, and with one that rounding could make negative.
  @Test(arguments: [1, 50, 1000], [0.1, -3e4] as [Float])
  func constantInputStaysFinite(columns: Int, value: Float) {
    let blocks = Blocks([Array(repeating: value, count: columns)])
    let result = blocks.normalize(Workers(threads: 1))
    #expect(result.deviation.isFinite)
    #expect(blocks.values()[0].allSatisfy { $0.isFinite })
    #expect(blocks.marginsAreZero)
  }
}
