import TestSupport
import Testing

@testable import SAMAudio

@Suite struct TorchGeneratorTests {
  @Test func drawsTheFixturesNoise() throws {
    let golden = try Golden("sam-audio/golden")
    for name in ["randn_seed42", "randn_seed42_100"] {
      let expected = try golden.tensor(name).values
      var generator = TorchGenerator(seed: 42)
      #expect(Golden.error(generator.normals(expected.count), expected) <= 5e-7, "\(name)")
    }
  }

  @Test func drawsTheWatermarksBitsNext() throws {
    let golden = try Golden("sam-audio/golden")
    var generator = TorchGenerator(seed: 42)
    _ = generator.normals(try golden.tensor("randn_seed42").values.count)
    let bits = try golden.tensor("randint_after_seed42").values
    #expect(generator.bits(bits.count).map { $0 ? 1 : 0 } == bits)
  }

  /// `torch.manual_seed(seed); torch.randn(3)`, and after another `manual_seed` `torch.randn(17)[[0, 1, 16]]` and
  /// `torch.randint(0, 2, (8,))`, of torch 2.15: few numbers are drawn in another way than many, the last 16 are
  /// drawn twice where blocks do not fit, and only 32 bits of the seed count.
  @Test(
    arguments: [
      (
        0, [1.54099607, -0.293428898, -2.17878938], [-1.12583983, -1.6959312, 0.931826591],
        [0, 1, 1, 0, 1, 1, 0, 0]
      ),
      (
        1 << 32 + 5, [-0.486780763, -0.603821576, -0.55809623],
        [1.84232986, 1.22202528, 0.744776964], [0, 0, 1, 1, 0, 1, 1, 0]
      ),
      (
        1 << 63 - 1, [1.21976304, -0.392979473, 1.0230751],
        [-2.66429758, -0.876585186, 1.62438321],
        [1, 0, 0, 0, 1, 1, 0, 1]
      ),
    ] as [(UInt64, [Float], [Float], [Int])])
  func drawsWhatTorchDraws(seed: UInt64, few: [Float], many: [Float], bits: [Int]) {
    var generator = TorchGenerator(seed: seed)
    #expect(Golden.error(generator.normals(3), few) <= 5e-7)
    generator = TorchGenerator(seed: seed)
    let values = generator.normals(17)
    #expect(Golden.error([values[0], values[1], values[16]], many) <= 5e-7)
    #expect(generator.bits(8).map { $0 ? 1 : 0 } == bits)
  }

  /// `torch.manual_seed(5)`, then `randn` of 5, of which the last is shown, 20 and 3: the second of a pair waits
  /// until few numbers are drawn again.
  @Test func drawsFollowEachOther() {
    var generator = TorchGenerator(seed: 5)
    let draws = [5, 20, 3].map { generator.normals($0) }
    let drawn = draws[0].suffix(1) + draws[1].prefix(2) + draws[2]
    let expected: [Float] = [
      -0.197415099, -0.187292814, -0.105701633, 1.94278347, 0.447927862, -0.608823538,
    ]
    #expect(Golden.error(Array(drawn), expected) <= 5e-7)
  }

  /// More draws than the twister's state has words: `torch.manual_seed(5); torch.randn(100003)`.
  @Test func drawsMany() {
    var generator = TorchGenerator(seed: 5)
    let values = generator.normals(100_003)
    #expect(abs(values.reduce(0) { $0 + Double($1) } + 367.219_066_7) < 0.02)
    #expect(Golden.error(Array(values.suffix(3)), [0.97101301, 1.30599916, 0.28821328]) <= 5e-7)
    #expect(generator.bits(8) == [true, true, true, true, true, true, true, false])
  }
}
