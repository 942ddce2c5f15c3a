import APCore
import TestSupport
import Testing

@testable import Separation

@Suite struct ModelFamilyTests {
  /// What a file holds says it, in every format.
  @Test(arguments: [
    ("demucs/htdemucs_tiny.th", ModelFamily.demucs), ("demucs/htdemucs_tiny.safetensors", .demucs),
    ("demucs/bag.yaml", .demucs), ("roformer/bs_two.ckpt", .roformer),
    ("roformer/mel_vocals.ckpt", .roformer), ("roformer/bs_two.yaml", .roformer),
    ("roformer/mel_vocals.yaml", .roformer), ("demucs/inputs.safetensors", nil),
    ("sam-audio/checkpoint.pt", nil), ("roformer/README.md", nil), ("none.yaml", nil), ("", nil),
  ])
  func aFileTells(file: String, family: ModelFamily?) {
    #expect(ModelFamily(file: fixture(file)) == family)
  }

  /// YAML that is neither, and both as small as they can be.
  @Test(arguments: [
    ("", nil), ("models: 5", nil), ("- models", nil), ("models: [", nil),
    ("models: [a]", ModelFamily.demucs),
    ("{model: {dim_head: 64}, training: {}}", .roformer),
    ("{model: {num_bands: 60}, audio: {}}", .roformer), ("{model: {num_bands: 60}}", nil),
    ("{model: {num_blocks_per_scale: 2}, audio: {}, training: {}}", nil),
  ])
  func aTextTells(text: String, family: ModelFamily?) throws {
    let folder = try TemporaryFolder()
    #expect(ModelFamily(file: try folder.write(Array(text.utf8), to: "a.yaml")) == family)
  }

  /// A name tells, and so does what lies in a folder under it.
  @Test(arguments: [
    ("bag", ModelFamily.demucs), ("htdemucs_tiny", .demucs), ("htdemucs_mine", .demucs),
    ("mel-band-roformer-kim", .roformer), ("model_bs_roformer_ep_317", .roformer),
    ("BS-Roformer", .roformer), ("inputs", nil), ("mine", nil), ("mdx_extra", nil),
  ])
  func aNameTells(name: String, family: ModelFamily?) {
    #expect(ModelFamily(name: name, in: ["/none", fixture("demucs")]) == family)
  }

  @Test(arguments: [
    ("mdx_extra", "Models of Demucs v3 and earlier are not supported. "),
    ("mdx", "Models of Demucs v3 and earlier are not supported. "),
    ("UVR-MDX-NET-Inst_HQ_3.onnx", "Models of MDX-Net are not supported. "),
    ("MDX23C-8KFFT-InstVoc_HQ.ckpt", "Models of MDX-Net are not supported. "),
    ("UVR-DeEcho-DeReverb.pth", "Models of VR are not supported. "), ("htdemucs", ""),
    ("mine", ""), ("", ""),
  ])
  func whatIsNotSupportedIsSaid(name: String, words: String) {
    #expect(ModelFamily.refusalOfUnsupported(name) == words)
  }
}
