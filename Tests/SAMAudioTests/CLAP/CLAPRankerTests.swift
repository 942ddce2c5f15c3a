import APCore
import Checkpoints
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

@Suite struct CLAPRankerTests {
  static func files() throws -> CLAPFiles {
    let folder = CLAPGoldenTests.folder
    return try CLAPFiles(
      name: "laion_clap",
      paths: CLAPFiles.paths(in: "\(folder)/laion_clap", text: "\(folder)/roberta-base"))
  }

  /// From the prompt's words to the scores of the reference; a sound's score does not depend on the others, or on the mixture.
  @Test func scoresAreTheReferences() throws {
    let (files, workers) = (try Self.files(), Workers(threads: 2))
    let texts = try CLAPGoldenTests.texts()
    for text in texts { #expect(files.tokens(text.prompt) == text.ids) }
    let ranker = CLAPRanker(
      files: files,
      texts: try files.features(
        of: texts.map(\.prompt), numerics: Numerics(), workers: workers, cache: nil),
      numerics: Numerics(), workers: workers)
    let names = ["loud", "short"]
    let sounds = try names.map { try CLAPGoldenTests.wave($0) }
    for (prompt, text) in texts.enumerated() {
      let scores = try ranker.scores(of: sounds, in: [], prompt: prompt)
      for (name, score) in zip(names, scores) {
        #expect(abs(Double(score) - (text.scores[name] ?? .nan)) <= 1e-4, "\(text.prompt), \(name)")
      }
    }
  }

  /// A long sound's score is the mean of its windows' scores.
  @Test func longSoundsHaveTheMeanOfTheirWindows() throws {
    let encoder = try CLAPGoldenTests.audioEncoder()
    let sound = try CLAPGoldenTests.wave("exact") + CLAPGoldenTests.wave("short")
    let windows = [sound.prefix(480_000), sound.suffix(480_000)].map { encoder(Array($0)) }
    let mean = zip(windows[0], windows[1]).map { ($0 + $1) / 2 }
    #expect(difference([encoder(sound)], [mean.map(Double.init)]) < 1e-6)
  }

  /// What was kept of a prompt is used again, and not for another tokenizer.
  @Test func vectorsAreKept() throws {
    let folder = try TemporaryFolder()
    let cache = TextFeatureCache(folder: folder.path)
    let workers = Workers(threads: 1)
    let first = try Self.files().features(
      of: ["drums", "drums"], numerics: Numerics(), workers: workers, cache: cache)
    #expect(first.count == 2)
    #expect(try folder.list().count == 1)
    let again = try Self.files().features(
      of: ["drums"], numerics: Numerics(), workers: workers, cache: cache)
    #expect(again[0] == first[0])
    #expect(try folder.list().count == 1)
    _ = try Self.files().features(
      of: ["drums"], numerics: Numerics(stored: .bf16), workers: workers, cache: cache)
    #expect(try folder.list().count == 2)
  }

  /// Vectors of other widths could not be compared.
  @Test(
    arguments: [
      ("text_projection.2.weight", [23, 24], "23 numbers of texts, and of 24 of sounds"),
      ("audio_projection.2.weight", [25, 24], "24 numbers of texts, and of 25 of sounds"),
      ("text_projection.2.weight", [], "0 numbers of texts, and of 24 of sounds"),
      ("audio_projection.2.weight", nil, "24 numbers of texts, and of 0 of sounds"),
    ] as [(String, [Int]?, String)])
  func textsAndSoundsHaveOneWidth(name: String, shape: [Int]?, message: String) throws {
    var tensors = try CLAPWeightsTests.released()
    tensors.tensors[name] = shape.map { shape in
      TestTensors.Tensor(
        type: .float32, shape: shape, bytes: Array(repeating: 0, count: 4 * shape.reduce(1, *)))
    }
    let folder = try TemporaryFolder()
    _ = try folder.write(tensors.safetensors, to: "model.safetensors")
    let error = #expect(throws: FilterError.self) {
      try CLAPFiles(
        name: "clap",
        paths: CLAPFiles.paths(in: folder.path, text: "\(CLAPGoldenTests.folder)/roberta-base"))
    }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }

  @Test func tokenizerMustNotHaveMoreTokensThanTheNetwork() throws {
    let folder = try TemporaryFolder()
    _ = try folder.write(
      Files.read("\(CLAPGoldenTests.folder)/roberta-base/tokenizer.json"), to: "tokenizer.json")
    _ = try folder.write(Array(#"{"vocab_size": 100}"#.utf8), to: "config.json")
    let error = #expect(throws: FilterError.self) {
      try CLAPFiles(
        name: "clap",
        paths: CLAPFiles.paths(
          in: "\(CLAPGoldenTests.folder)/laion_clap", text: folder.path))
    }
    #expect(error?.message.contains("more than the 100 of") == true)
  }
}
