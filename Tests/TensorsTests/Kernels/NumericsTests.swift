import TestSupport
import Testing

@testable import Tensors

@Suite struct NumericsTests {
  @Test(arguments: [(0, 0, 0), (1, 1, 1), (2, 2, 1), (7, 7, 4), (48, 48, 24)])
  func wordsHoldOneValueOrTwo(count: Int, f32: Int, bf16: Int) {
    #expect(NumberFormat.f32.words(count) == f32)
    #expect(NumberFormat.bf16.words(count) == bf16)
    #expect(NumberFormat.f16.words(count) == bf16)
  }

  /// The low half is the first row's value, and both round to the nearest there is.
  @Test(
    arguments: [
      (0, 0), (1, -1), (1.003_906_25, 1.003_906), (0.1, -0.2), (1e-30, 1e30), (3.14159, 2.71828),
      (6e-5, -7e-8),
    ] as [(Float, Float)], [NumberFormat.bf16, .f16])
  func pairsRoundToNearest(values: (low: Float, high: Float), format: NumberFormat) {
    let word = Narrowing.pair(values.low, values.high, as: format).bitPattern
    #expect(format.values(ofWord: word) == format.factors([values.low, values.high]))
    let (low, high) = (Lanes(repeating: values.low), Lanes(repeating: values.high))
    let lanes = format == .f16 ? Narrowing.halves(low, high) : Narrowing.bfloats(low, high)
    #expect((0..<16).allSatisfy { lanes[$0].bitPattern == word })
  }

  /// Ties go to even; what is too large is infinite, so that what is made of it shows it.
  @Test(
    arguments: [
      (65_504, 0x7bff), (65_519.996, 0x7bff), (65_520, 0x7c00), (-65_520, 0xfc00), (1e9, 0x7c00),
      (.infinity, 0x7c00), (-.infinity, 0xfc00), (-0.0, 0x8000), (1 + 0x1p-11, 0x3c00),
      (1 + 3 * 0x1p-11, 0x3c02), (0x1p-24, 1), (0x1p-25, 0), (3 * 0x1p-25, 2), (0x1.004p-25, 1),
    ] as [(Float, UInt16)])
  func halvesHaveALargestValue(value: Float, bits: UInt16) {
    let word = UInt32(bits) | UInt32(bits) << 16
    #expect(Narrowing.pair(value, value, as: .f16).bitPattern == word)
    #expect(
      Narrowing.halves(Lanes(repeating: value), Lanes(repeating: value))[7].bitPattern == word)
  }

  @Test func whatIsNoNumberStaysSoInHalves() {
    let word = Narrowing.halves(Lanes(repeating: .nan), Lanes(repeating: 1))[3].bitPattern
    let values = NumberFormat.f16.values(ofWord: word)
    #expect(values[0].isNaN)
    #expect(values[1] == 1)
  }

  /// What has no numbers that end early stays as it is.
  @Test(
    arguments: [
      (.f32, .f32, .f32), (.bf16, .bf16, .bf16), (.f16, .f32, .f32), (.int8, .int8, .bf16),
    ] as [(NumberFormat, NumberFormat, NumberFormat)])
  func float32TakesThePlaceOfHalves(
    multiplied: NumberFormat, other: NumberFormat, others: NumberFormat
  ) {
    let numerics = Numerics(stored: .bf16, multiplied: multiplied).unbounded
    #expect(numerics == Numerics(stored: .bf16, multiplied: other, others: others))
    let mixed = Numerics(multiplied: .int8, others: .f16)
    #expect(mixed.unbounded == Numerics(multiplied: .int8, others: .f32))
    #expect(mixed.unscaled == Numerics(multiplied: .f16))
  }

  @Test(arguments: [1, 2, 3, 8, 9], [NumberFormat.bf16, .f16])
  func rowsBecomeHalfAsMany(channels: Int, format: NumberFormat) {
    for inPlace in [false, true] {
      let rows = noise(rows: channels, columns: Tile.columns, seed: 1)
      let panel = TokenPanels(rows)
      let other = FloatStorage(Array(repeating: .nan, count: (channels + 1) / 2 * Tile.columns + 1))
      let target = inPlace ? panel.panel(0) : other.base
      let narrowed = format.panel(panel[0], channels: channels, into: Panel(target))
      #expect(narrowed.base == target)
      let words = (0..<(channels + 1) / 2 * Tile.columns).map { target[$0].bitPattern }
      let expected = (0..<(channels + 1) / 2).flatMap { word in
        (0..<Tile.columns).map { column in
          let high = 2 * word + 1 < channels ? rows[2 * word + 1][column] : 0
          return Narrowing.pair(rows[2 * word][column], high, as: format).bitPattern
        }
      }
      #expect(words == expected)
      #expect(other.base[other.count - 1].isNaN)
    }
  }

  @Test func float32StaysWhereItIs() {
    let panel = TokenPanels(noise(rows: 3, columns: Tile.columns, seed: 1))
    let other = FloatStorage(count: 3 * Tile.columns)
    let same = NumberFormat.f32.panel(panel[0], channels: 3, into: Panel(other.base))
    #expect(same.base == panel[0].base)
  }
}
