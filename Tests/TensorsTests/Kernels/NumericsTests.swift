import TestSupport
import Testing

@testable import Tensors

@Suite struct NumericsTests {
  @Test(arguments: [(0, 0, 0), (1, 1, 1), (2, 2, 1), (7, 7, 4), (48, 48, 24)])
  func wordsHoldOneValueOrTwo(count: Int, f32: Int, bf16: Int) {
    #expect(NumberFormat.f32.words(count) == f32)
    #expect(NumberFormat.bf16.words(count) == bf16)
  }

  /// The low half is the first row's value, and both round to the nearest bfloat16.
  @Test(
    arguments: [
      (0, 0), (1, -1), (1.003_906_25, 1.003_906), (0.1, -0.2), (1e-30, 1e30), (3.14159, 2.71828),
    ] as [(Float, Float)])
  func pairsRoundToNearest(low: Float, high: Float) {
    let word = Narrowing.pair(low, high).bitPattern
    #expect([Float(bitPattern: word << 16)] == NumberFormat.bf16.factors([low]))
    #expect([Float(bitPattern: word & 0xffff_0000)] == NumberFormat.bf16.factors([high]))
    let lanes = Narrowing.pair(Lanes(repeating: low), Lanes(repeating: high))
    #expect((0..<16).allSatisfy { lanes[$0].bitPattern == word })
  }

  @Test(arguments: [1, 2, 3, 8, 9], [false, true])
  func rowsBecomeHalfAsMany(channels: Int, inPlace: Bool) {
    let rows = noise(rows: channels, columns: Tile.columns, seed: 1)
    let panel = TokenPanels(rows)
    let other = FloatStorage(Array(repeating: .nan, count: (channels + 1) / 2 * Tile.columns + 1))
    let target = inPlace ? panel.panel(0) : other.base
    let narrowed = NumberFormat.bf16.panel(panel[0], channels: channels, into: Panel(target))
    #expect(narrowed.base == target)
    let words = (0..<(channels + 1) / 2 * Tile.columns).map { target[$0].bitPattern }
    let expected = (0..<(channels + 1) / 2).flatMap { word in
      (0..<Tile.columns).map { column in
        let high = 2 * word + 1 < channels ? rows[2 * word + 1][column] : 0
        return Narrowing.pair(rows[2 * word][column], high).bitPattern
      }
    }
    #expect(words == expected)
    #expect(other.base[other.count - 1].isNaN)
  }

  @Test func float32StaysWhereItIs() {
    let panel = TokenPanels(noise(rows: 3, columns: Tile.columns, seed: 1))
    let other = FloatStorage(count: 3 * Tile.columns)
    let same = NumberFormat.f32.panel(panel[0], channels: 3, into: Panel(other.base))
    #expect(same.base == panel[0].base)
  }
}
