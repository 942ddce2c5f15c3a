package import Tensors

/// Times the codec alone, on some seconds of sound.
package final class CodecBenchmark {
  /// Multiplications and additions of each stage.
  package let operations: [String: Double]

  private let codec: DACVAE
  private let samples: [Float]

  /// Loads the codec of a checkpoint.
  ///
  /// - Parameters:
  ///   - path: of the checkpoint.
  ///   - config: of its `config.json`.
  package init(path: String, config: String, seconds: Int, pool: ThreadPool) throws {
    let config = try SAMAudioConfig(path: config).audioCodec
    codec = try DACVAE(Checkpoint.open(path).weights(), config: config, pool: pool)
    // A sound that no other program needs a file for.
    samples = (0..<seconds * config.sampleRate).map { index in
      let phase = Float(index % 1000) / 500 - 1
      return phase * (1 - abs(phase))
    }
    let frames = Double(config.latentFrames(samples.count))
    operations = [
      "encode": frames * config.encodingOperations, "decode": frames * config.decodingOperations,
    ]
  }

  /// Encodes, decodes what comes of it, and decodes it with a watermark, once each.
  ///
  /// - Returns: the seconds since the beginning at which each stage was done.
  package func run() -> [(stage: String, seconds: Double)] {
    let clock = ContinuousClock()
    let start = clock.now
    var times: [(String, Double)] = []
    func done(_ stage: String) { times.append((stage, (clock.now - start) / .seconds(1))) }
    let latent = codec.encode(samples)
    done("encode")
    _ = codec.decode(latent, message: nil)
    done("decode")
    _ = codec.decode(latent, message: Array(repeating: true, count: Watermark.bits))
    done("decode_watermark")
    return times
  }
}
