import TestSupport
import Testing

/// What `--precision` costs on music: the bundled model and the demo song, against its stems in float32.
@Suite struct PrecisionTests {
  /// Eight seconds: some segments, with all four stems in them.
  private static func stems(_ precision: String) throws -> ReadStream {
    let outcomes = try Pipeline([
      Command("ap-decode", "--end-time", "8", "\(Project.root)/scripts/demo/mix.flac"),
      Command("ap-demucs", "-m", "htdemucs-mini", "--precision", precision),
    ]).run()
    try #require(outcomes.allSatisfy { $0.status == 0 }, "\(outcomes.map(\.errors))")
    return try ReadStream(outcomes[1].output)
  }

  @Test func fewerBitsKeepTheirDecibels() throws {
    let exact = try Self.stems("f32")
    for (precision, bound) in [("half", 50.0), ("int8", 45), ("auto", 45)] {
      let stems = try Self.stems(precision)
      for stem in DemucsPipeTests.stems {
        let decibels = signalToNoise(stems.samples(stem), exact.samples(stem))
        #expect(decibels >= bound, "\(precision), \(stem)")
        #expect(decibels < 120 || precision == "auto", "the numbers are rounded")
      }
    }
  }
}
