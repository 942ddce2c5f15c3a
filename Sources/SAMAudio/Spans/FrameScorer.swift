package import APCore
import Checkpoints
internal import Glibc
import Tensors

/// PE-A-Frame's ears: for each frame of a sound, how probable it is that what a text describes is heard in it.
///
/// Reference: `PEAudioFrame` in perception_models.
package struct FrameScorer {
  private let tower: AudioTower
  private let head: FrameHead
  private let scale: Float
  private let bias: Float

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameters:
  ///   - weights: under the names of `FrameModelNames`.
  ///   - channels: of a latent.
  ///   - outputs: width of what frames and texts become.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  init(
    _ weights: Weights, channels: Int, outputs: Int, config: TowerConfig, numerics: Numerics,
    workers: Workers
  ) throws {
    tower = try AudioTower(
      weights["tower"], projection: weights["data_proj"], inputs: channels, config: config,
      numerics: numerics, workers: workers)
    head = try FrameHead(
      weights["audio_head"], inputs: config.hiddenSize, outputs: outputs, numerics: numerics,
      workers: workers)
    scale = try weights.floats("logit_scale", shape: [1])[0]
    bias = try weights.floats("logit_bias", shape: [1])[0]
    try weights.finish()
  }

  /// The probability of each text in each frame, [texts][T].
  ///
  /// - Parameters:
  ///   - latent: of the sound, [C, T].
  ///   - texts: what they are compared with (`FrameModelFiles.features`).
  ///   - probe: sees each stage, [T, channels].
  package func callAsFunction(
    _ latent: Latent, texts: [TextFeatures], _ probe: Probe? = nil
  ) -> [[Float]] {
    let frames = tower(latent.frameMajor, probe)  // [T, D]
    let embedded = head(frames)
    let width = head.outputs
    probe?.show("embed", [latent.frames, width]) { embedded }
    return texts.map { text in
      precondition(text.width == width, "texts must have the head's width")
      return (0..<latent.frames).map { frame in
        var sum: Float = 0
        for channel in 0..<width {
          sum += embedded[frame * width + channel] * text.values[channel]
        }
        return 1 / (1 + exp(-(sum * scale + bias)))
      }
    }
  }
}

/// A norm and a projection into what sounds and texts share; of many vectors or of one.
struct FrameHead {
  private let norm: NormFactors
  private let projection: Linear
  private let workers: Workers

  /// Channels that come out.
  var outputs: Int { projection.outputs }

  /// - Parameter weights: at `text_head` or `audio_head`.
  init(
    _ weights: Weights, inputs: Int, outputs: Int, numerics: Numerics, workers: Workers
  ) throws {
    norm = NormFactors(try weights["layer_norm"].affine([inputs]))
    projection = try Linear(
      weights["proj"], inputs: inputs, outputs: outputs, numerics: numerics, workers: workers)
    self.workers = workers
  }

  /// [T, inputs] to [T, outputs].
  func callAsFunction(_ vectors: [Float]) -> [Float] {
    let width = projection.inputs
    let panels = TokenPanels(channels: width, groups: 1, tokens: vectors.count / width)
    panels.copy(tokens: vectors, workers: workers)
    norm.layerNormalize(panels, epsilon: 1e-6, workers: workers)
    return projection(rows: panels.tokenMajor(workers: workers), workers: workers)
  }
}

extension Latent {
  /// [frames, channels]
  var frameMajor: [Float] {
    (0..<frames).flatMap { frame in (0..<channels).map { values[$0 * frames + frame] } }
  }
}
