import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

/// What the models that help want of a separation.
@Suite struct CompanionsTests {
  /// Which of them help.
  struct Choice: Sendable {
    var spans = false
    var judge = false
    var clap = false
    /// Rows that their configurations have positions for, where they are other than released.
    var positions: [String: Int] = [:]
  }

  private static func folders() throws -> (spans: FrameModelFolder, judge: JudgeFolder) {
    (try FrameModelFolder(), try JudgeFolder())
  }

  private static func companions(
    _ choice: Choice, _ folders: (spans: FrameModelFolder, judge: JudgeFolder)
  ) throws -> Companions {
    for (name, count) in choice.positions {
      let folder = name == "audio_transformer" ? folders.spans.folder : folders.judge.folder
      let change = "/\"\(name)\"/,/max_pos/s/\\(max_position_embeddings\": \\)10000/\\1\(count)/"
      let edit = Command.tool("sed", "-i", change, folder.file("config.json"))
      #expect(try edit.run().status == 0)
    }
    return Companions(
      frameModel: try choice.spans ? folders.spans.open() : nil,
      judge: try choice.judge ? folders.judge.open() : nil,
      clap: try choice.clap ? CLAPRankerTests.files() : nil)
  }

  /// The numbers that listen, of the files as they are released.
  private static func counts(
    _ folders: (spans: FrameModelFolder, judge: JudgeFolder)
  ) throws -> (spans: Int, judge: Int, clap: Int) {
    func count(_ tensors: TestTensors, _ isUsed: (String) -> Bool) -> Int {
      tensors.filter(isUsed).tensors.values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    }
    return (
      try count(TestTensors(file: "\(folders.spans.path)/model.safetensors")) {
        !$0.hasPrefix("text_") && !$0.contains("dac_vae_encoder")
      },
      try count(TestTensors(file: "\(folders.judge.path)/checkpoint.pt")) {
        !$0.hasPrefix("text_") && !$0.hasPrefix("layer_norm.") && !$0.contains(".out_proj.")
      },
      try count(CLAPWeightsTests.released()) { $0.hasPrefix("audio_") }
    )
  }

  /// Only one is in memory at a time: the largest counts, with 4 bytes a number or with 2.
  @Test(arguments: [
    (Numerics(), 4), (Numerics(stored: .f32), 4), (Numerics(stored: .bf16), 2),
    (Numerics(stored: .f16), 2), (Numerics(multiplied: .bf16), 2),
  ])
  func theLargestTakesMemory(numerics: Numerics, bytes: Int) throws {
    let folders = try Self.folders()
    let counts = try Self.counts(folders)
    func memory(_ choice: Choice) throws -> Int {
      try Self.companions(choice, folders).memory(numerics)
    }
    #expect(try memory(Choice()) == 0)
    #expect(try memory(Choice(spans: true)) == bytes * counts.spans)
    #expect(try memory(Choice(judge: true)) == bytes * counts.judge)
    #expect(try memory(Choice(clap: true)) == bytes * counts.clap)
    #expect(
      try memory(Choice(spans: true, judge: true, clap: true))
        == bytes * max(counts.spans, counts.judge, counts.clap))
  }

  /// Frames of a latent that a window may have: there is a position for each, and of the towers one for the row before them.
  @Test(arguments: [
    (Choice(), 10_000), (Choice(clap: true), 10_000), (Choice(spans: true), 9999),
    (Choice(judge: true), 9999), (Choice(spans: true, positions: ["audio_transformer": 300]), 299),
    (Choice(judge: true, positions: ["transformer": 200]), 199),
    (Choice(judge: true, positions: ["finetune_transformer": 100]), 99),
    (
      Choice(
        spans: true, judge: true, clap: true,
        positions: ["audio_transformer": 300, "transformer": 200, "finetune_transformer": 400]), 199
    ),
    (Choice(spans: true, positions: ["audio_transformer": 20_000]), 10_000),
  ])
  func theShortestDecidesWhatAWindowMayHave(choice: Choice, frames: Int) throws {
    let config = try SAMAudioConfig(path: fixture("sam-audio/configs/small.json"))
    let companions = try Self.companions(choice, Self.folders())
    #expect(WindowLimit(config, companions).frames == frames * 1920)
  }
}
