import Checkpoints
import Testing

@testable import SAMAudio

/// Names are a file's: whatever number one has, it has a place or is left out.
@Suite struct TensorNamesTests {
  @Test(
    arguments: [
      "-9223372036854775808", "-1", "9223372036854775807", "99999999999999999999", "1e9", "",
    ],
    [
      "audio_codec.encoder.blocks.#.res1.act1.alpha", "audio_codec.decoder.blocks.#.block_1.weight",
      "audio_codec.decoder.wm_model.encoder_block.lstm.layers.#.Wx",
    ])
  func numbersOfOtherConversionsStay(number: String, name: String) {
    let name = name.replacing("#", with: number)
    let place = MLXNames.place(name).name
    #expect(place.contains(".\(number)."), "\(place)")
  }

  /// Where an encoder of text of two layers has its tensors: only a layer that is known not to run is left out.
  private static let textLayers: [(name: String, expected: String?)] = [
    ("text_model.layers.1.attn.Wo.weight", "text_model.layers.1.attn.Wo.weight"),
    ("text_model.layers.2.attn.Wo.weight", nil), ("text_model.final_norm.weight", nil),
    ("text_model.layers.9223372036854775807.attn.Wo.weight", nil),
    (
      "text_model.layers.-9223372036854775808.attn.Wo.weight",
      "text_model.layers.-9223372036854775808.attn.Wo.weight"
    ),
    (
      "text_model.layers.99999999999999999999.attn.Wo.weight",
      "text_model.layers.99999999999999999999.attn.Wo.weight"
    ),
  ]

  @Test(arguments: textLayers)
  func layersOfTextArePlacedByEachModel(name: String, expected: String?) {
    #expect(FrameModelNames.place(name, textLayers: 2)?.name == expected)
    #expect(JudgeNames.place(name, textLayers: 2, blocks: 4)?.name == expected)
  }

  @Test(arguments: [
    (
      "audio_encoder.layers.9223372036854775807.mlp.up_proj.weight",
      "tower.layers.9223372036854775807.feed_forward.w3.weight"
    ), ("audio_encoder.embedder.dac_encoder.block.9223372036854775807.conv1.bias", nil),
  ])
  func otherPartsOfTheFrameModelArePlaced(name: String, expected: String?) {
    #expect(FrameModelNames.place(name, textLayers: 2)?.name == expected)
  }
}
