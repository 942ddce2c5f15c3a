import APCore
import Roformer
import Separation
import Tensors

/// Times the network alone, on a chunk of noise: what `scripts/bench` shows.
final class ChunkBenchmark {
  /// Seconds of sound that the chunk has.
  var seconds: Double {
    Double(network.config.chunkFrames) / Double(network.config.sampleRate)
  }

  private let network: RoformerNetwork
  private let mix: [Float]
  private var stems: [Float]

  /// Loads the network of a model.
  init(model: String, workers: Workers, numerics: Numerics) throws {
    let (weights, config) = try RoformerModels.standard.find(model).open()
    network = try RoformerNetwork(weights, config: config, numerics: numerics, workers: workers)
    mix = noise(config.channels * config.chunkFrames)
    stems = Array(repeating: 0, count: config.names.stems.count * mix.count)
  }

  /// Separates the chunk once.
  ///
  /// - Returns: the seconds that each stage took; transformers of all layers together.
  func run() -> [(stage: String, seconds: Double)] {
    let probe = Probe()
    network.probe = probe
    let wanted = Set(network.config.names.stems.indices)
    mix.withUnsafeBufferPointer { mix in
      stems.withUnsafeMutableBufferPointer { stems in
        if let mix = mix.baseAddress, let stems = stems.baseAddress {
          network.separate(mix, wanted: wanted, into: stems)
        }
      }
    }
    var stages: [(stage: String, seconds: Double)] = []
    for (stage, seconds) in probe.times {
      // layers.3.time is time, mask.0 is mask.
      let parts = stage.split(separator: ".")
      let name = String(parts[0] == "layers" ? parts[2] : parts[0])
      if let index = stages.firstIndex(where: { $0.stage == name }) {
        stages[index].seconds += seconds
      } else {
        stages.append((name, seconds))
      }
    }
    return stages
  }
}
