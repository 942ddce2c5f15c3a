import APCore
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// In which forms the codec's weights are taken, and what is said where they are not.
@Suite struct CodecWeightsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A safetensors file of float32 tensors.
  private func weights(_ tensors: [String: (shape: [Int], values: [Float])]) throws -> Weights {
    var (entries, data) = ([String](), [UInt8]())
    for (name, tensor) in tensors {
      let start = data.count
      for value in tensor.values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
      entries.append(
        "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(tensor.shape),"
          + "\"data_offsets\":[\(start),\(data.count)]}")
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let size = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    return try Checkpoint.open(folder.write(size + header + data, to: "weights.safetensors"))
      .weights()
  }

  private let direction: [Float] = [3, 0, 4, 0, 0, -2, 0, 0, 0, 0, 1, 1]
  private let norms: [Float] = [10, 1, -2]

  /// Of each row: v · g / ‖v‖, which the rows' lengths 5, 2 and √2 make these.
  @Test(arguments: [
    ["weight_g", "weight_v"],
    ["parametrizations.weight.original0", "parametrizations.weight.original1"],
  ])
  func normsAreFolded(names: [String]) throws {
    let weights = try weights([
      "conv.\(names[0])": ([3, 1, 1], norms), "conv.\(names[1])": ([3, 2, 2], direction),
    ])
    let kernel = try weights["conv"].kernel(shape: [3, 2, 2])
    let half = Float(2).squareRoot()
    let expected: [Float] = [6, 0, 8, 0, 0, -1, 0, 0, 0, 0, -half, -half]
    #expect(zip(kernel, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    try weights.finish()
  }

  @Test func plainWeightsAreTakenAsTheyAre() throws {
    let weights = try weights(["conv.weight": ([3, 2, 2], direction)])
    #expect(try weights["conv"].kernel(shape: [3, 2, 2]) == direction)
  }

  @Test func missingWeightIsNamed() throws {
    let weights = try weights(["conv.weight_v": ([3, 2, 2], direction)])
    let error = #expect(throws: FilterError.self) {
      try weights["conv"].kernel(shape: [3, 2, 2])
    }
    #expect(error?.code == .missingTensor)
    #expect(error?.message.contains("\"conv.weight_g\"") == true)
  }

  /// The watermark's width is the file's own: too few channels are refused, and not halved.
  @Test(arguments: [0, 1]) func aWatermarkOfTooFewChannelsIsRefused(width: Int) throws {
    let block = "model.4.block.7.block"
    let shapes = [
      "wm_model.encoder_block.pre.3.weight": [width, 1, 7],
      "wm_model.encoder_block.pre.3.bias": [width],
      "\(block).1.weight": [width / 2, width, 3], "\(block).1.bias": [width / 2],
      "\(block).3.weight": [width, width / 2, 1], "\(block).3.bias": [width],
    ]
    let weights = try weights(
      shapes.mapValues { ($0, Array(repeating: 0, count: $0.reduce(1, *))) })
    let error = #expect(throws: FilterError.self) { try Watermark(weights, numerics: .float32) }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains("pre.3.bias") == true)
  }

  /// A name in the archive becomes another one, as long.
  private func codec(renaming name: String, to other: String) throws -> DACVAE {
    var file = try Files.read(fixture("sam-audio/checkpoint.pt"))
    let start = try #require(file.firstRange(of: Array(name.utf8))?.lowerBound)
    try #require(name.utf8.count == other.utf8.count)
    file.replaceSubrange(start..<start + other.utf8.count, with: other.utf8)
    let path = try folder.write(file, to: "checkpoint.pt")
    let config = try SAMAudioConfig(path: fixture("sam-audio/config.json")).audioCodec
    return try DACVAE(
      Checkpoint.open(path).weights(), config: config, workers: Workers(threads: 1))
  }

  @Test(arguments: [
    "encoder.block.0.bias", "encoder.block.3.block.1.block.2.alpha", "quantizer.out_proj.weight_v",
    "decoder.model.2.block.11.weight", "decoder.wm_model.encoder_block.pre.1.weight_g",
    "decoder.wm_model.decoder_block.pre.1.lstm.bias_hh_l1",
  ])
  func missingTensorIsNamed(name: String) {
    let error = #expect(throws: FilterError.self) {
      try codec(renaming: "audio_codec.\(name)", to: "audio_codek.\(name)")
    }
    #expect(error?.code == .missingTensor)
    #expect(error?.message.contains("\"audio_codec.\(name)\"") == true)
  }

  @Test func unusedTensorIsNamed() {
    let error = #expect(throws: FilterError.self) {
      try codec(
        renaming: "align_masked_video.layer_norm.weight",
        to: "audio_codec.decoder.model.9.block.11")
    }
    #expect(error?.code == .unusedTensors)
    #expect(error?.message.contains("\"audio_codec.decoder.model.9.block.11\"") == true)
  }

  @Test func misshapedTensorIsNamed() throws {
    let config = try SAMAudioConfig(path: fixture("sam-audio/configs/small.json")).audioCodec
    let checkpoint = try Checkpoint.open(fixture("sam-audio/checkpoint.pt"))
    let error = #expect(throws: FilterError.self) {
      try DACVAE(checkpoint.weights(), config: config, workers: Workers(threads: 1))
    }
    #expect(error?.code == .misshapedTensor)
    #expect(error?.message.contains("\"audio_codec.encoder.block.0.weight_g\"") == true)
  }
}
