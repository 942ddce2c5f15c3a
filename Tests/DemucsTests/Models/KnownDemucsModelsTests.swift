import Demucs
import Separation
import TestSupport
import Testing

@Suite struct KnownDemucsModelsTests {
  /// The script stands alone, so it has the table once more; other families' models follow.
  @Test func fetchModelsKnowsTheSameFiles() throws {
    let folder = try TemporaryFolder()
    let script = fixture("../../scripts/fetch-models")
    let outcome = try Command(
      executable: script, ["--list"], environment: ["AP_MODELS": folder.path]
    ).run()
    let expected = DemucsModels.known.filter { !$0.files.isEmpty }.map { model in
      "\(model.name)\tnot installed\t\(model.files.map(\.name).joined(separator: " "))\n"
    }
    #expect(outcome.text.hasPrefix(expected.joined()))
  }

  @Test func weightsFitFilesAndSources() {
    for model in DemucsModels.known {
      guard let weights = model.weights else { continue }
      #expect(weights.count == model.files.count)
      #expect(weights.allSatisfy { $0.count == model.sources.count })
    }
  }
}
