import TestSupport
import Testing

@testable import SAMAudio

@Suite struct TargetLevelsTests {
  /// A sound 60 dB below the rest counts as silence, over all windows.
  @Test(
    arguments: [
      ([1, 1], [[0, 0]], [0]), ([1, 1], [[0.0009, 0.0009]], [0]),
      ([1, 1], [[0.0011, 0.0011]], []),
      ([1, 1], [[0, 0.5], [0, 0]], [1]), ([1, 1], [[0, 0], [0.001, 0]], [0, 1]),
      ([0, 0], [[0, 0]], []),
    ] as [([Float], [[Float]], [Int])])
  func soundsOfWhichNothingIsHeard(mix: [Float], targets: [[Float]], silent: [Int]) {
    var levels = TargetLevels()
    let noise = Sounds.noise(frames: 1_000)
    for window in mix.indices {
      levels.add(noise.map { $0 * mix[window] })
      for number in targets.indices {
        levels.add(noise.map { $0 * targets[number][window] }, of: number)
      }
    }
    #expect(levels.silent == silent)
  }
}
