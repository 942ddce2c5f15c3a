import TestSupport
import Testing

@testable import SAMAudio

@Suite struct PredictedSpansTests {
  private static func spans(_ probabilities: [Float], threshold: Float = 0.3) throws
    -> PredictedSpans
  {
    let codec = try SAMAudioConfig(path: fixture("sam-audio/config.json")).audioCodec
    return PredictedSpans(probabilities, threshold: threshold, codec: codec)
  }

  @Test(
    arguments: [
      ([], []), ([0.3], []), ([Float(0.3).nextUp], [0..<1]),
      ([1, 0, 1, 1, 0, 0, 1], [0..<1, 2..<4, 6..<7]),
      ([0.2, 0.9], [1..<2]), ([.nan, 0.5], [1..<2]),
    ] as [([Float], [Range<Int>])])
  func runsAreAboveTheThreshold(probabilities: [Float], runs: [Range<Int>]) throws {
    #expect(try Self.spans(probabilities).runs == runs)
  }

  @Test func thresholdCounts() throws {
    #expect(try Self.spans([0.4, 0.6], threshold: 0.5).runs == [1..<2])
  }

  /// Where a run of the frame k begins: k, or one later for these below 100 and for 4798 of 0…10,000.
  @Test func framesMoveAsTheReferencesDo() throws {
    let moved = [
      5, 7, 9, 10, 14, 15, 17, 18, 20, 23, 27, 28, 30, 31, 33, 34, 36, 37, 40, 43, 46, 49, 54, 55,
      56, 60, 61, 62, 66, 67, 68, 72, 73, 74, 79, 80, 81, 85, 86, 87, 91, 92, 93, 97, 98, 99,
    ]
    let codec = try SAMAudioConfig(path: fixture("sam-audio/config.json")).audioCodec
    let steps = (0...10_000).map { PredictedSpans.anchorFrame($0, codec: codec) - $0 }
    #expect(steps.indices.filter { $0 < 100 && steps[$0] == 1 } == moved)
    #expect(steps.filter { $0 == 1 }.count == 4798)
    #expect(steps.allSatisfy { 0...1 ~= $0 })
  }

  /// A run that becomes none, one that grows at its end, and one that ends with the window.
  @Test func anchorsAreCutToTheWindow() throws {
    let spans = try Self.spans([0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1])
    #expect(spans.anchorFrames == [6..<6, 8..<10, 11..<11])
    #expect(
      spans.anchors == [
        .null, .null, .null, .null, .null, .null, .null, .null, .present, .present, .null,
      ])
    #expect(spans.times(from: 0).map(\.start) == [0.2, 0.32, 0.4])
    #expect(spans.times(from: 10).map(\.end) == [10.24, 10.36, 10.44])
  }
}
