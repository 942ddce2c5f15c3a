import TestSupport

@testable import Checkpoints
@testable import SAMAudio
@testable import Tensors

/// The small Judge in a folder of its own, in either release: its own tensors, and the small SAM-Audio's codec.
struct JudgeFolder {
  enum Release: CaseIterable {
    /// Revision `sam_audio`: a PyTorch archive in float32.
    case samAudio
    /// Revision `main`: safetensors, here in float16, with another configuration and other names of the codec.
    case main
  }

  let folder: TemporaryFolder

  init(_ release: Release = .samAudio, change: (inout TestTensors) -> Void = { _ in }) throws {
    let source = fixture("sam-audio-spans/sam-audio-judge")
    folder = try TemporaryFolder()
    var tensors = try TestTensors(file: "\(source)/tensors.safetensors")
    let codec = try TestTensors(file: fixture("sam-audio/checkpoint.pt")).filter {
      $0.hasPrefix("audio_codec.encoder.") || $0.hasPrefix("audio_codec.quantizer.")
    }
    var config = String(decoding: try Files.read("\(source)/config.json"), as: UTF8.self)
    switch release {
    case .samAudio:
      tensors.tensors.merge(codec.tensors) { $1 }
      change(&tensors)
      _ = try folder.write(tensors.archive, to: "checkpoint.pt")
    case .main:
      tensors.tensors.merge(try Self.folded(codec).renamed(Self.mainName).tensors) { $1 }
      change(&tensors)
      _ = try folder.write(tensors.narrowed(to: .f16).safetensors, to: "model.safetensors")
      config = config.replacing(
        /"audio_codec": \{[^}]*\}/,
        with: """
          "dac_vae_encoder": {"encoder_hidden_size": 8, "downsampling_ratios": [2, 8, 10, 12], \
          "codebook_dim": 16, "sampling_rate": 48000}
          """)
    }
    _ = try folder.write(Array(config.utf8), to: "config.json")
    _ = try folder.write(
      Files.read(fixture("sam-audio-spans/pe-a-frame/tokenizer.json")), to: "tokenizer.json")
  }

  var path: String { folder.path }

  func open() throws -> JudgeFiles { try JudgeFiles(name: "judge", folder: path) }

  /// Weights with their norms folded into them, as transformers stores them.
  private static func folded(_ codec: TestTensors) throws -> TestTensors {
    let file = try TemporaryFolder()
    let path = try file.write(codec.safetensors, to: "codec.safetensors")
    let weights = try Checkpoint.open(path).weights()
    var result = codec.filter { !$0.hasSuffix(".weight_g") && !$0.hasSuffix(".weight_v") }
    for (name, tensor) in codec.tensors where name.hasSuffix(".weight_v") {
      var place = weights
      for part in name.split(separator: ".").dropLast() { place = place[String(part)] }
      let values = try place.kernel(shape: tensor.shape)
      result.tensors["\(name.dropLast("_v".count))"] = TestTensors.Tensor(
        type: .float32, shape: tensor.shape,
        bytes: values.flatMap { value in
          (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        })
    }
    return result
  }

  /// What transformers' converter makes of dacvae's names.
  private static func mainName(_ name: String) -> String {
    let layers = ["snake1", "conv1", "snake2", "conv2"]
    var name = name.replacing("audio_codec.quantizer.", with: "dac_vae_encoder.bottleneck.")
    name.replace(/^audio_codec\.encoder\.block\.([1-4])\.block\.([0-2])\.block\.(\d)\./) { match in
      "dac_vae_encoder.encoder.block.\(Int(match.1)! - 1).res_unit\(Int(match.2)! + 1)."
        + "\(layers[Int(match.3)!])."
    }
    name.replace(/^audio_codec\.encoder\.block\.([1-4])\.block\.([34])\./) { match in
      "dac_vae_encoder.encoder.block.\(Int(match.1)! - 1).\(layers[Int(match.2)! - 3])."
    }
    for (number, layer) in [(0, "conv1"), (5, "snake1"), (6, "conv2")] {
      name = name.replacing(
        "audio_codec.encoder.block.\(number).", with: "dac_vae_encoder.encoder.\(layer).")
    }
    return name
  }
}
