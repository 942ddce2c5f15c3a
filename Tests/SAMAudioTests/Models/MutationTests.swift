import APCore
import Checkpoints
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

/// Thousands of damaged files: each is read or refused, and none brings the process down.
@Suite struct MutationTests {
  @Test func damagedConfigurationIsReadOrRefused() throws {
    let original = try Files.read(fixture("sam-audio/config.json"))
    let folder = try TemporaryFolder()
    try damage(original, seed: 1, rounds: 3000, refused: 0.3...0.98) { bytes in
      let config = try SAMAudioConfig(path: folder.write(bytes, to: "config.json"))
      #expect(config.audioCodec.latentFrames(1 << 20) > 0)
      #expect(config.transformer.ffnDim >= 0)
    }
  }

  @Test(arguments: ["config.json", "model.safetensors"])
  func damagedTextEncoderIsLoadedOrRefused(name: String) throws {
    let folder = try T5EncoderTests.files(Files.read("\(T5EncoderTests.folder)/model.safetensors"))
    let original = try Files.read(folder.file(name))
    // Of the weights the header, which is where damage can be noticed.
    let count = name == "model.safetensors" ? 3000 : original.count
    let workers = Workers(threads: 1)
    try damage(
      Array(original[..<count]), seed: 2, rounds: 400, refused: 0.3...0.98
    ) { bytes in
      _ = try folder.write(bytes + original[count...], to: name)
      let files = try TextEncoderFiles(folder: folder.path)
      let encoder = try files.encoder(numerics: Numerics(), workers: workers)
      let features = encoder(files.tokenizer.tokens(of: "dog barking", limit: 512))
      #expect(features.width == files.config.dModel)
    }
  }

  /// Each file of PE-A-Frame, and of the weights the header.
  @Test(arguments: ["config.json", "tokenizer.json", "model.safetensors"])
  func damagedFrameModelIsLoadedOrRefused(name: String) throws {
    let folder = try FrameModelFolder().folder
    let original = try Files.read(folder.file(name))
    let count = name == "model.safetensors" ? 3000 : original.count
    let workers = Workers(threads: 1)
    // One frame: a damaged configuration may have positions for no more.
    let sound = Latent(channels: 16, frames: 1, values: Sounds.noise(frames: 16))
    try damage(
      Array(original[..<count]), seed: 5, rounds: 300, refused: 0.2...1
    ) { bytes in
      _ = try folder.write(bytes + original[count...], to: name)
      let files = try FrameModelFiles(name: "model", folder: folder.path)
      let texts = try files.features(
        of: ["dog barking"], numerics: Numerics(), workers: workers, cache: nil)
      let scorer = try files.scorer(channels: 16, numerics: Numerics(), workers: workers)
      #expect(scorer(sound, texts: texts).map(\.count) == [1])
    }
  }

  /// The configuration of either release, and of the weights the header.
  @Test(arguments: [
    (JudgeFolder.Release.samAudio, "config.json"), (.main, "config.json"),
    (.main, "model.safetensors"),
  ])
  func damagedJudgeIsLoadedOrRefused(release: JudgeFolder.Release, name: String) throws {
    let folder = try JudgeFolder(release).folder
    let original = try Files.read(folder.file(name))
    let count = name == "model.safetensors" ? 3000 : original.count
    let workers = Workers(threads: 1)
    try damage(
      Array(original[..<count]), seed: 6, rounds: 200,
      refused: name == "config.json" ? 0.1...0.99 : 0.2...1
    ) { bytes in
      _ = try folder.write(bytes + original[count...], to: name)
      let files = try JudgeFiles(name: "judge", folder: folder.path)
      let texts = try files.features(
        of: ["dog barking"], numerics: Numerics(), workers: workers, cache: nil)
      #expect(texts[0].width == files.textWidth)
      _ = try files.judge(numerics: Numerics(), workers: workers)
    }
  }

  /// Names lead to other places, and dimensions are turned.
  @Test func damagedConversionIsReadOrRefused() throws {
    let small = try CheckpointLayoutTests.released().converted().filter { name in
      ["conv_in", "blocks.3.block_1.", "layers.0.bias", "res1.act1", "proj.bias"].contains {
        name.contains($0)
      }
    }
    let original = small.safetensors
    let header = original.count - small.tensors.values.reduce(0) { $0 + $1.bytes.count }
    let folder = try TemporaryFolder()
    try damage(Array(original[..<header]), seed: 3, rounds: 1000, refused: 0.3...0.98) { bytes in
      let path = try folder.write(bytes + original[header...], to: "model.safetensors")
      try readEverything(CheckpointFiles(path: path).open())
    }
  }

  @Test func damagedListIsReadOrRefused() throws {
    let tensors = try CheckpointLayoutTests.released().filter { $0.contains("proj.") }
    let folder = try TemporaryFolder()
    for (name, bytes) in CheckpointLayoutTests.parts(tensors) {
      _ = try folder.write(bytes, to: name)
    }
    let list = "model.safetensors.index.json"
    try damage(Files.read(folder.file(list)), seed: 4, rounds: 1500, refused: 0.5...1) { bytes in
      let path = try folder.write(bytes, to: list)
      try readEverything(CheckpointFiles(path: path).open())
    }
  }

  /// Of the archive its list of tensors, and of what a mirror makes of it the header.
  @Test(arguments: [true, false])
  func damagedCLAPIsLoadedOrRefused(isReleased: Bool) throws {
    let released = try Files.read("\(CLAPGoldenTests.folder)/laion_clap/630k-best.pt")
    let original = isReleased ? released : try CLAPWeightsTests.released().safetensors
    let count = 24_000
    try damage(Array(original[..<count]), seed: 5, rounds: 400, refused: 0.3...0.99) { bytes in
      try CLAPWeightsTests.load(bytes + original[count...])
    }
  }

  @Test func damagedRobertaConfigurationIsReadOrRefused() throws {
    let original = try Files.read("\(CLAPGoldenTests.folder)/roberta-base/config.json")
    let tensors = try CLAPWeightsTests.released().safetensors
    let folder = try TemporaryFolder()
    try damage(original, seed: 6, rounds: 400, refused: 0.3...0.98) { bytes in
      let config = try RobertaConfig(path: folder.write(bytes, to: "config.json"))
      try CLAPWeightsTests.load(tensors, config: config)
    }
  }

  // MARK: -

  /// Takes every tensor with the shape that the file claims.
  private func readEverything(_ tensors: WeightMap) throws(FilterError) {
    let weights = tensors.weights()
    for name in tensors.names {
      let tensor = try weights.tensor(name, shape: tensors.shape(name) ?? [])
      #expect(tensor.bytes.count == tensor.shape.reduce(tensor.type.byteCount, *))
    }
    try weights.finish()
  }

  /// - Parameters:
  ///   - refused: what part of the damaged files must be refused; 1 is all of them.
  ///   - read: must read what is not damaged.
  private func damage(
    _ original: [UInt8], seed: UInt64, rounds: Int, refused part: ClosedRange<Double>,
    _ read: ([UInt8]) throws -> Void
  ) throws {
    try read(original)
    var random = SplitMix(seed: seed)
    var refused = 0
    for round in 0..<rounds {
      let bytes = Damage.some(of: original, round: round, using: &random)
      do {
        try read(bytes)
      } catch let error as FilterError {
        #expect(!error.message.isEmpty)
        // A list may name a file that is not there.
        #expect([.data, .noInput].contains(error.code.status), "\(error)")
        refused += 1
      }
    }
    #expect(part.contains(Double(refused) / Double(rounds)), "\(refused) of \(rounds)")
  }
}
