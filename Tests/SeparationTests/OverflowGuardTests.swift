import Tensors
import TestSupport
import Testing

@testable import Separation

@Suite struct OverflowGuardTests {
  /// A network that multiplies by 1000, and rounds as its numbers do.
  private struct Network {
    let numerics: Numerics

    func callAsFunction(_ input: [Float]) -> [Float] {
      numerics.unscaled.multiplied.factors(input.map { $0 * 1000 })
    }
  }

  private static let numbers = [
    Numerics(multiplied: .f16), Numerics(multiplied: .int8, others: .f16),
    Numerics(stored: .f16, multiplied: .f16),
  ]

  /// Only what overflows is computed again; silence does not, nor what is not finite as it comes.
  @Test(
    arguments: [
      ([1, 2], false), ([1, 66], true), ([-1e9, 0], true), ([0, 0], false), ([.nan, 66], false),
      ([.infinity, 1], false),
    ] as [([Float], Bool)], numbers)
  func whatOverflowsIsComputedInFloat32(
    sound: (input: [Float], overflows: Bool), numerics: Numerics
  ) throws {
    var (loaded, sentences) = ([Numerics](), [String]())
    let network = try OverflowGuard(numerics, notice: OverflowNotice { sentences.append($0) }) {
      loaded.append($0)
      return Network(numerics: $0)
    }
    for _ in 0..<2 {
      let result = try network.run {
        $0(sound.input)
      } overflowed: {
        sound.input.areFinite && !$0.areFinite
      }
      if sound.overflows {
        #expect(result == sound.input.map { $0 * 1000 })
      } else {
        #expect(result.areFinite == sound.input.areFinite)
      }
    }
    #expect(loaded == [numerics] + (sound.overflows ? [numerics.unbounded] : []))
    #expect(sentences.count == (sound.overflows ? 1 : 0))
  }

  /// What is too large for float32 too was no overflow of half precision; nothing is said of it.
  @Test func whatFloat32CannotComputeIsNotTold() throws {
    let notice = OverflowNotice { Issue.record("said: \($0)") }
    let network = try OverflowGuard(Numerics(multiplied: .f16), notice: notice) {
      Network(numerics: $0)
    }
    let result = try network.run {
      $0([1e38])
    } overflowed: {
      !$0.areFinite
    }
    #expect(result == [.infinity])
  }

  /// Networks that share a notice, as those of a bag do, say it once.
  @Test func oneSentenceIsForAll() throws {
    var count = 0
    let notice = OverflowNotice { _ in count += 1 }
    for _ in 0..<3 {
      let network = try OverflowGuard(Numerics(multiplied: .f16), notice: notice) {
        Network(numerics: $0)
      }
      #expect(
        try network.run {
          $0([66])
        } overflowed: {
          !$0.areFinite
        } == [66_000])
    }
    #expect(count == 1)
  }

  /// Numbers that do not overflow are not looked at, and loaded once.
  @Test(
    arguments: [
      Numerics(), Numerics(stored: .f16), Numerics(multiplied: .bf16), Numerics(multiplied: .int8),
    ])
  func otherNumbersDoNotOverflow(numerics: Numerics) throws {
    var loads = 0
    let network = try OverflowGuard(
      numerics, notice: OverflowNotice { Issue.record("said: \($0)") }
    ) { _ in loads += 1 }
    try network.run { _ in
    } overflowed: {
      true
    }
    #expect(loads == 1)
  }
}
