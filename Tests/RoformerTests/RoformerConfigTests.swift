import APCore
import Checkpoints
import Separation
import Tensors
import TestSupport
import Testing

@testable import Roformer

@Suite struct RoformerConfigTests {
  /// The released forms: what the fixtures' files say.
  @Test func fixturesAreRead() throws {
    let two = try NetworkGoldenTests.network("bs_two").config
    #expect(two.kind == .bandSplit)
    #expect(two.names.all == ["vocals", "other"])
    #expect(two.names.preferred == ["vocals", "other"])
    #expect(two.bands.count == 62)
    #expect(two.chunkFrames == 88_200)
    #expect(two.hop == 441)
    let mel = try NetworkGoldenTests.network("mel_vocals").config
    #expect(mel.kind == .melBand)
    #expect(mel.names.stems == ["vocals"])
    #expect(mel.names.rest == "other")
    #expect(mel.names.preferred == ["vocals"])
    // What librosa 0.10 gives for 60 bands of 2,048 samples at 44,100 Hz.
    #expect(mel.bands.map(\.count).reduce(0, +) == 1979)
    #expect(mel.bands.prefix(2).map(\.count) == [7, 6])
    #expect(mel.bands.suffix(2).map(\.count) == [122, 130])
    #expect(mel.maskLayers == 3)
  }

  @Test(arguments: [
    ("Vocals", "vocals"), ("No Reverb", "no_reverb"), ("hi-hat", "hi-hat"),
    ("Gitarre ä", "gitarre___"),
  ])
  func instrumentsAreTracks(instrument: String, track: String) {
    #expect(StemNames.trackName(instrument) == track)
  }

  /// Each line stands in for the one that begins like it, or is added to its section.
  @Test(arguments: [
    ("  use_pope: true", "use_pope = True"),
    ("  skip_connection: true", "skip_connection = True"),
    ("  linear_transformer_depth: 1", "linear_transformer_depth = 1"),
    ("  num_residual_streams: 4", "num_residual_streams = 4"),
    ("  stft_normalized: yes", "stft_normalized = True"),
    ("  stft_win_length: 32", "stft_win_length = 32"),
    ("  stft_hop_length: 33", "from 1 to 32"),
    ("  stft_hop_length: 0", "from 1 to 32"),
    ("  stft_n_fft: 65", "an even number"),
    ("  dim: null", "dim = None"),
    ("  dim: 1.5", "dim = 1.5"),
    ("  dim: -3", "from 1 to 8192"),
    ("  dim: 99999999999999999999", "dim ="),
    ("  depth: []", "depth = a list of 0"),
    ("  heads: many", "heads = \"many\""),
    ("  dim_head: 3", "an even number"),
    ("  num_stems: 3", "a name for each of the 3 stems"),
    ("  freqs_per_bands: !!python/tuple [3, 5]", "freqs_per_bands = 8 bins"),
    ("  freqs_per_bands: [3, -5, 35]", "a list of"),
    ("  freqs_per_bands: 7", "a list of"),
    ("  instruments: []", "a list of 1 to 64 names"),
    ("  instruments: [A, a]", "a different name for each"),
    ("  target_instrument: flute", "one of the instruments"),
    ("  num_overlap: 0", "from 1 to 64"),
    ("audio: {sample_rate: 8000}", "chunk_size"),
    ("audio: {chunk_size: 10, sample_rate: 8000}", "chunk_size = 10"),
    ("audio: {chunk_size: 400, sample_rate: .nan}", "sample_rate ="),
    ("audio: !!python/object:os.system {}", "!!python/object:os.system asks for Python"),
    ("audio: !!python/name:os.system ''", "asks for Python"),
    ("audio: &a [*a]", "is not the configuration of a RoFormer"),
    ("audio: {? [1, 2] : 3}", "a key is no text"),
    ("audio: \"", "is not the configuration of a RoFormer"),
  ])
  func whatCannotBeRunIsRefusedByName(line: String, words: String) throws {
    let folder = try TemporaryFolder()
    let naive = NaiveRoformer()
    let path = try naive.write(to: folder, yaml: Self.replacing(line, in: naive.yaml))
    let error = #expect(throws: FilterError.self) {
      try RoformerModels(variable: { _ in nil }, executable: nil).find(path).open()
    }
    #expect(error?.code.status == .data)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("model.yaml") == true)
  }

  /// A file that does not say how long the window is has the constructor's default, whatever its transform's length.
  @Test func aWindowOfAnotherLengthByDefaultIsRefused() throws {
    let folder = try TemporaryFolder()
    let naive = NaiveRoformer()
    let lines = naive.yaml.split(separator: "\n").filter { !$0.contains("stft_win_length") }
    let path = try naive.write(to: folder, yaml: lines.joined(separator: "\n"))
    let error = #expect(throws: FilterError.self) {
      try RoformerModels(variable: { _ in nil }, executable: nil).find(path).open()
    }
    #expect(error?.message.contains("stft_win_length = 2048, but 64 is needed") == true)
  }

  private static func replacing(_ line: String, in yaml: String) -> String {
    let key = line.prefix { $0 != ":" } + ":"
    var lines = yaml.split(separator: "\n").map(String.init)
    if let index = lines.firstIndex(where: { $0.hasPrefix(key) }) {
      lines[index] = line
    } else {
      lines.insert(line, at: lines.firstIndex(of: "model:")! + 1)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test(arguments: ["", "- a\n", "hello", "model: {}\n", "\u{0}", "a: b: c"])
  func anotherFileIsRefused(yaml: String) throws {
    let folder = try TemporaryFolder()
    let path = try NaiveRoformer().write(to: folder, yaml: yaml)
    let error = #expect(throws: FilterError.self) {
      try RoformerModels(variable: { _ in nil }, executable: nil).find(path).open()
    }
    #expect(error?.code.status == .data)
  }

  /// Damage to either file ends in a network or in a sentence, never in a trap.
  @Test(arguments: 0..<60) func damageIsRead(round: Int) throws {
    var random = SplitMix(seed: UInt64(round))
    let naive = NaiveRoformer(isMel: round % 2 == 0)
    let folder = try TemporaryFolder()
    let yaml = Array(naive.yaml.utf8)
    let tensors = safetensors(naive.tensors)
    _ = try folder.write(
      round % 3 > 0 ? Damage.some(of: yaml, round: round, using: &random) : yaml, to: "a.yaml")
    let path = try folder.write(
      round % 3 == 0
        ? Damage.some(of: Array(tensors.prefix(9000)), round: round, using: &random)
          + tensors.dropFirst(9000) : tensors, to: "a.safetensors")
    do {
      let (weights, config) = try RoformerModels(variable: { _ in nil }, executable: nil)
        .find(path).open()
      _ = try RoformerNetwork(weights, config: config, workers: Workers(threads: 1))
    } catch let error as FilterError {
      #expect(!error.message.isEmpty)
    }
  }

  /// A tensor too few, of another shape, and too many.
  @Test(
    arguments: [
      ("final_norm.gamma", nil), ("band_split.to_features.0.1.bias", []),
      ("layers.0.0.layers.0.0.to_qkv.weight", [1]),
      ("mask_estimators.1.to_freqs.0.0.0.weight", [1]),
      ("layers.0.0.layers.0.0.rotary_embed.freqs", [1, 2, 3]), ("refiner.weight", [1]),
    ] as [(String, [Float]?)])
  func tensorsThatDoNotFitAreNamed(name: String, values: [Float]?) throws {
    let folder = try TemporaryFolder()
    let naive = NaiveRoformer()
    var tensors = naive.tensors
    tensors[name] = values.map { TensorValues($0) }
    _ = try naive.write(to: folder)
    let path = try folder.write(safetensors(tensors), to: "model.safetensors")
    let error = #expect(throws: FilterError.self) {
      let (weights, config) = try RoformerModels(variable: { _ in nil }, executable: nil)
        .find(path).open()
      _ = try RoformerNetwork(weights, config: config, workers: Workers(threads: 1))
    }
    #expect(error?.code.status == .data)
  }
}
