import APCore
import Testing

@testable import Separation

@Suite struct StemOutputTests {
  static let sources = ["drums", "bass", "other"]

  @Test func allStemsUnlessSomeAreAsked() throws {
    #expect(try StemOutput.stems([], of: Self.sources).map(\.name) == Self.sources)
    #expect(
      try StemOutput.stems(["other", "drums"], of: Self.sources) == [
        StemOutput(name: "other", sourceGains: [0, 0, 1]),
        StemOutput(name: "drums", sourceGains: [1, 0, 0]),
      ])
  }

  @Test func twoStemsAddUpToAllSources() throws {
    let samples = OverlapAddTests.sound(200)
    let models = [LinearSeparator()]
    let all = try OverlapAddTests.separate(samples, models: models)
    let two = try OverlapAddTests.separate(
      samples, models: models,
      outputs: try StemOutput.twoStems("bass", other: .sum, of: Self.sources))
    let rest = zip(all[0], all[2]).map { $0 + $1 }
    #expect(OverlapAddTests.error(two, [all[1], rest]) < 1e-5)
  }

  @Test func twoStemsAddUpToTheMix() throws {
    let samples = OverlapAddTests.sound(200)
    let models = [LinearSeparator()]
    let all = try OverlapAddTests.separate(samples, models: models)
    let two = try OverlapAddTests.separate(
      samples, models: models,
      outputs: try StemOutput.twoStems("bass", other: .minus, of: Self.sources))
    let rest = zip(samples, all[1]).map { $0 - $1 }
    #expect(OverlapAddTests.error(two, [all[1], rest]) < 1e-5)
  }

  @Test func anUnknownStemNamesThoseThereAre() {
    let error = #expect(throws: FilterError.self) {
      try StemOutput.stems(["vocals"], of: Self.sources)
    }
    #expect(error?.code == .usage)
    #expect(error?.advice.contains("drums, bass, other") == true)
    #expect(throws: FilterError.self) {
      try StemOutput.twoStems("", other: .sum, of: Self.sources)
    }
  }
}
