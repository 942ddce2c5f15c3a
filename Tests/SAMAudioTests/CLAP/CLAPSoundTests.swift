import Testing

@testable import SAMAudio

@Suite struct CLAPSoundTests {
  /// Samples are those of 16 bits, cut off toward zero.
  @Test(
    arguments: [
      (0, 0), (1, 32_767), (-1, -32_767), (2, 32_767), (-1.5, -32_767), (0.5, 16_383),
      (-0.5, -16_383), (2.9e-5, 0), (-3.2e-5, -1),
    ] as [(Float, Float)])
  func samplesAreQuantized(sample: Float, steps: Float) {
    let window = CLAPSound.windows(of: [sample])[0]
    #expect(window == Array(repeating: steps / 32_767, count: 480_000))
  }

  /// Only whole repetitions.
  @Test(arguments: [(1, 480_000), (7, 479_997), (240_000, 480_000), (240_001, 240_001)])
  func shortSoundsAreRepeated(count: Int, filled: Int) {
    let sound = (0..<count).map { Float($0 % 251 + 1) / 32_767 }
    let windows = CLAPSound.windows(of: sound)
    #expect(windows.count == 1)
    #expect(windows[0].count == 480_000)
    #expect((0..<filled).allSatisfy { windows[0][$0] == sound[$0 % count] })
    #expect(windows[0][filled...].allSatisfy { $0 == 0 })
  }

  @Test(
    arguments: [
      (480_000, [0]), (480_001, [0, 1]), (720_001, [0, 240_001]), (960_000, [0, 480_000]),
      (960_001, [0, 240_001, 480_001]), (1_440_000, [0, 480_000, 960_000]),
    ] as [(Int, [Int])])
  func longSoundsAreCutIntoWindowsAtEvenDistances(count: Int, starts: [Int]) {
    let sound = (0..<count).map { Float($0 % 32_768) / 32_767 }
    let windows = CLAPSound.windows(of: sound)
    #expect(windows.map(\.count) == starts.map { _ in 480_000 })
    for (window, start) in zip(windows, starts) {
      for place in [0, 1, 123_456, 479_999] {
        let expected = Float((start + place) % 32_768) / 32_767
        #expect(abs(window[place] - expected) < 3.1e-5)
      }
    }
  }
}
