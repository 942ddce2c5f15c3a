import Testing

@testable import Separation

@Suite struct PythonRandomTests {
  /// `random.seed(seed); [random.randint(0, 22050) for _ in range(8)]` of CPython 3.11.
  @Test(
    arguments: [
      (0, [12623, 13781, 1326, 8484, 16753, 15922, 13268, 9938]),
      (1, [4402, 18651, 2067, 8358, 3863, 16234, 14728, 15474]),
      (7, [10611, 4943, 12937, 21329, 1582, 2373, 17559, 3084]),
      (12345, [13651, 333, 9785, 12072, 6345, 8855, 18546, 14294]),
      (4_294_967_295, [20819, 20302, 6658, 7056, 19902, 17117, 9546, 19760]),
      (4_294_967_296, [3702, 11511, 13691, 546, 747, 20044, 10862, 17878]),
      (.max, [715, 8151, 11078, 20275, 6945, 14944, 20156, 3113]),
    ] as [(UInt64, [Int])])
  func drawsWhatPythonDraws(seed: UInt64, expected: [Int]) {
    var random = PythonRandom(seed: seed)
    #expect(expected.map { _ in random.integer(upTo: 22050) } == expected)
  }

  /// More draws than the twister's state has words.
  @Test func twistsOn() {
    var random = PythonRandom(seed: 7)
    let draws = (0..<2000).map { _ in random.integer(upTo: 22050) }
    #expect(draws.last == 14809)
    #expect(draws.reduce(0, +) == 21_632_798)
  }

  /// The same for ranges of one value, of two, and of one more than a power of two.
  @Test func otherRanges() {
    var random = PythonRandom(seed: 3)
    #expect((0..<3).map { _ in random.integer(upTo: 0) } == [0, 0, 0])
    #expect((0..<8).map { _ in random.integer(upTo: 1) } == [1, 0, 0, 1, 1, 0, 0, 1])
    #expect((0..<4).map { _ in random.integer(upTo: 16384) } == [15609, 13013, 4935, 7599])
  }
}
