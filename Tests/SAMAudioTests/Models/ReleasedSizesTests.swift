import Checkpoints
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

/// The sizes that follow from each released configuration are those of the released checkpoints.
@Suite struct ReleasedSizesTests {
  /// Names and shapes of the transformer's tensors. That the network takes exactly these of the small checkpoint is
  /// tested where it loads it.
  static func shapes(_ config: TransformerConfig) -> [String: [Int]] {
    let (d, f, time) = (config.dim, config.ffnDim, config.frequencyEmbeddingDim)
    var shapes = [
      "final_layer_scale_shift_table": [2, d], "norm.weight": [d],
      "output.weight": [config.outChannels, d], "t_block.weight": [6 * d, d],
      "t_block.bias": [6 * d],
      "t_embedder.projection.w1.weight": [d, time], "t_embedder.projection.w2.weight": [d, d],
      "t_embedder.projection.w3.weight": [d, time],
    ]
    for name in ["w1", "w2", "w3"] { shapes["y_embedder.projection.\(name).weight"] = [d, d] }
    for block in ["block1", "block2"] {
      let block = "x_embedder.block.\(block)"
      for name in ["groupnorm.weight", "groupnorm.bias", "project.bias"] {
        shapes["\(block).\(name)"] = [d]
      }
      shapes["\(block).project.weight"] = [d, d, 3]
    }
    for index in 0..<config.nLayers {
      let layer = "layers.\(index)"
      shapes["\(layer).scale_shift_table"] = [6, d]
      for name in ["attention_norm", "ffn_norm"] { shapes["\(layer).\(name).weight"] = [d] }
      for part in ["attention", "cross_attention"] {
        for name in ["wq", "wk", "wv", "wo"] { shapes["\(layer).\(part).\(name).weight"] = [d, d] }
        for name in ["q_norm", "k_norm"] {
          shapes["\(layer).\(part).\(name).weight"] = [config.headDim]
        }
      }
      for name in ["w1", "w3"] { shapes["\(layer).feed_forward.\(name).weight"] = [f, d] }
      shapes["\(layer).feed_forward.w2.weight"] = [d, f]
    }
    return shapes
  }

  @Test(arguments: [
    ("small", 235, 492_089_856), ("base", 307, 1_146_918_912), ("large", 415, 2_928_828_672),
  ])
  func transformerHasAsManyParameters(size: String, tensors: Int, parameters: Int) throws {
    let config = try SAMAudioConfig(path: fixture("sam-audio/configs/\(size).json"))
    let shapes = Self.shapes(config.transformer)
    #expect(shapes.count == tensors)
    #expect(shapes.values.reduce(0) { $0 + $1.reduce(1, *) } == parameters)
  }

  @Test func smallCheckpointHasTheseTensors() throws {
    let model = try SAMAudioModelTests.model()
    let own = model.tensors.names.filter { $0.hasPrefix("transformer.") }
    let shapes = Self.shapes(model.config.transformer)
    #expect(own == shapes.keys.map { "transformer.\($0)" }.sorted())
    for (name, shape) in shapes { #expect(model.tensors.shape("transformer.\(name)") == shape) }
  }
}
