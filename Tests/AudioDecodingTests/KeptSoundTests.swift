import APCore
import TestSupport
import Testing

@testable import AudioDecoding

@Suite struct KeptSoundTests {
  /// All steps that 16 bits have.
  private static let steps = (-32_768...32_767).map { Float($0) / 32_768 }

  private static func with(_ sample: Float, at place: Int) -> [Float] {
    var samples = steps
    samples[place] = sample
    return samples
  }

  /// Sound, and the bytes that a sample of it takes.
  static let sounds: [(name: String, samples: [Float], bytes: Int)] = [
    ("16 bits", steps, 2), ("silence", [Float](repeating: 0, count: 3_000), 2), ("nothing", [], 2),
    ("floats", Sounds.noise(frames: 3_000), 4), ("17 bits", steps.map { $0 / 2 }, 4),
    ("1 at last", with(1, at: 65_535), 4), ("half a step", with(0.5 / 32_768, at: 40_000), 4),
    ("beyond −1", with(-32_769 / 32_768, at: 0), 4),
    ("far beyond", with(65_537 / 32_768, at: 9), 4),
    ("−0", with(-0.0, at: 32_768), 4), ("the least", with(.leastNonzeroMagnitude, at: 32_768), 4),
    ("infinite", with(.infinity, at: 1_024), 4), ("no number", with(.nan, at: 1_023), 4),
  ]

  /// In memory, in the file, and across the border between them; at once, and each before the next.
  @Test(arguments: [0, 200_000, 1 << 30], [false, true])
  func everyBitComesBack(memoryLimit: Int, isTakenAtOnce: Bool) throws {
    let kept = KeptSound(memoryLimit: memoryLimit)
    var block: [Float] = []
    func take(_ index: Int) throws {
      try kept.take(into: &block)
      let (name, samples, _) = Self.sounds[index]
      #expect(block.map(\.bitPattern) == samples.map(\.bitPattern), "\(name)")
    }
    for (index, sound) in Self.sounds.enumerated() {
      let size = kept.size
      try kept.append(sound.samples.span)
      #expect(kept.size - size == sound.samples.count * sound.bytes, "\(sound.name)")
      if isTakenAtOnce { try take(index) }
    }
    if !isTakenAtOnce { for index in Self.sounds.indices { try take(index) } }
    #expect(kept.size == 0)
  }
}
