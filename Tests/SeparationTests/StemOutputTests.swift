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

  /// What the model put into no stem, and the stems with their part of it.
  @Test func theResidualIsWhatIsMissing() throws {
    let samples = OverlapAddTests.sound(200)
    let models = [LinearSeparator()]
    let all = try OverlapAddTests.separate(samples, models: models)
    let missing = samples.indices.map { samples[$0] - all[0][$0] - all[1][$0] - all[2][$0] }
    let residual = try OverlapAddTests.separate(
      samples, models: models, outputs: [StemOutput.residual(of: Self.sources)])
    #expect(missing.contains { abs($0) > 0.01 })
    #expect(OverlapAddTests.error(residual, [missing]) < 1e-5)

    let whole = try OverlapAddTests.separate(
      samples, models: models,
      outputs: StemOutput.stems([], of: Self.sources).map { $0.summingToMix() })
    for (stem, whole) in zip(all, whole) {
      let expected = zip(stem, missing).map { $0 + $1 / 3 }
      #expect(OverlapAddTests.error([whole], [expected]) < 1e-5)
    }
  }

  @Test(arguments: [OtherStem.sum, .minus])
  func whatIsMissingIsSpreadOverStems(other: OtherStem) throws {
    let outputs = try StemOutput.twoStems("bass", other: other, of: Self.sources)
      .map { $0.summingToMix() }
    for source in Self.sources.indices {
      #expect(abs(outputs.reduce(0) { $0 + $1.sourceGains[source] }) < 1e-6)
    }
    #expect(abs(outputs[0].mixGain - 1 / 3) < 1e-6)
    #expect(abs(outputs[1].mixGain - 2 / 3) < 1e-6)
  }

  @Test func aResidualOfTheModelsOwnIsNotTwice() {
    #expect(throws: FilterError.self) { try StemOutput.residual(of: ["drums", "residual"]) }
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
