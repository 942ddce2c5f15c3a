import APCore
import TestSupport
import Testing

/// What `--precision` costs on music: the demo song, against its stems in float32.
@Suite struct PrecisionTests {
  private static let networks = [
    ["ap-demucs", "-m", "htdemucs-mini"], ["ap-roformer", "-m", RoformerPipeTests.two],
    ["ap-roformer", "-m", RoformerPipeTests.vocals],
  ]

  /// Eight seconds: some segments or chunks, with all stems in them.
  private static func stems(_ network: [String], _ precision: String) throws -> ReadStream {
    var filter = Command(network[0], "--precision", precision)
    filter.arguments += network.dropFirst()
    let outcomes = try Pipeline([
      Command("ap-decode", "--end-time", "8", "\(Project.root)/scripts/demo/mix.flac"), filter,
    ]).run()
    try #require(outcomes.allSatisfy { $0.status == 0 }, "\(outcomes.map(\.errors))")
    return try ReadStream(outcomes[1].output)
  }

  @Test(arguments: networks) func fewerBitsKeepTheirDecibels(network: [String]) throws {
    let exact = try Self.stems(network, "f32")
    for (precision, bound) in [("half", 50.0), ("int8", 45), ("auto", 45)] {
      let stems = try Self.stems(network, precision)
      #expect(stems.header.tracks == exact.header.tracks)
      for stem in exact.header.tracks.map(\.name) {
        let decibels = signalToNoise(stems.samples(stem), exact.samples(stem))
        #expect(decibels >= bound, "\(precision), \(stem)")
        #expect(decibels < 120 || precision == "auto", "the numbers are rounded")
      }
    }
  }
}
