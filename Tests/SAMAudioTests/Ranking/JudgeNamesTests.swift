import Checkpoints
import Testing

@testable import SAMAudio

@Suite struct JudgeNamesTests {
  private static let encoder = "dac_vae_encoder.encoder."
  private static let placed = "audio_codec.encoder."

  private static func place(_ name: String) -> String? {
    JudgeNames.place(name, textLayers: 2, blocks: 4)?.name
  }

  /// A part of transformers' encoder, and dacvae's name of it.
  @Test(arguments: [
    ("conv1.weight", "block.0.weight"), ("snake1.alpha", "block.5.alpha"),
    ("conv2.bias", "block.6.bias"),
    ("block.0.res_unit1.snake1.alpha", "block.1.block.0.block.0.alpha"),
    ("block.3.res_unit3.conv2.weight", "block.4.block.2.block.3.weight"),
    ("block.0.snake1.alpha", "block.1.block.3.alpha"),
    ("block.3.conv1.weight", "block.4.block.4.weight"),
  ])
  func partsOfTheEncoderAreNumbered(name: String, expected: String) {
    #expect(Self.place(Self.encoder + name) == Self.placed + expected)
  }

  /// What no encoder of four blocks has stays, so that it is reported as left over.
  @Test(arguments: [
    "block.4.snake1.alpha", "block.-1.snake1.alpha", "block.9223372036854775807.snake1.alpha",
    "block.-9223372036854775808.res_unit1.conv1.bias", "block.99999999999999999999.conv1.bias",
    "block.0.res_unit0.conv1.bias", "block.0.res_unit4.conv1.bias",
    "block.0.res_unit-9223372036854775808.conv1.bias",
    "block.0.res_unit9223372036854775807.conv1.bias", "block.0.res_unit.conv1.bias",
    "block.0.resource1.conv1.bias", "list.0.conv1.bias", "block.0.res_unit1.conv3.bias",
    "block.0.bias", "block", "",
  ])
  func otherNamesStay(name: String) {
    #expect(Self.place(Self.encoder + name) == Self.placed + name)
  }

  @Test(arguments: [
    ("dac_vae_encoder.bottleneck.in_proj.weight", "audio_codec.quantizer.in_proj.weight"),
    ("dac_vae_encoder.bottleneck.out_proj.weight", nil),
    ("audio_codec.decoder.model.0.weight", nil),
    ("transformer.layers.1.mlp.up_proj.weight", "tower.layers.1.feed_forward.w3.weight"),
    ("finetune_transformer.norm.weight", "finetune_tower.norm.weight"),
    ("std", "std"),
  ])
  func otherPartsHaveTheirPlaces(name: String, expected: String?) {
    #expect(Self.place(name) == expected)
  }
}
