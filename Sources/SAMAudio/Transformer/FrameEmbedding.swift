import Checkpoints
internal import Glibc
import Tensors

/// What goes into the network at each frame: state, mixture, video and anchors in one vector, then two convolutions
/// over it (`SAMAudio.align_inputs` and the transformer's `x_embedder`).
///
/// Only the state's part changes within a window.
struct FrameEmbedding {
  private let state: Linear
  private let mixture: Linear
  /// What a frame of each anchor class adds.
  private let anchors: [[Float]]
  /// Over the frames, in place.
  let convolutions: ResidualConvolutions

  /// - Parameter weights: the checkpoint's root.
  init(_ weights: Weights, config: SAMAudioConfig, numerics: Numerics, workers: Workers) throws {
    let width = config.transformer.dim
    let part = config.stateChannels
    let proj = try weights["proj"].rows("weight", shape: [width, 3 * part])
    func columns(_ range: Range<Int>) -> Matrix {
      Matrix([proj], columns: Array(range), numerics: numerics, workers: workers)
    }
    // Between the state's columns and the mixture's stand those of zeros, which training left.
    state = Linear(columns(0..<part))
    let bias = try weights["proj"].floats("bias", shape: [width])
    let video = try FrameEmbedding.nullVideo(weights["align_masked_video"], config: config)
    mixture = Linear(
      columns(2 * part..<3 * part), bias: zip(bias, video).map { $0 + $1 })
    anchors = try FrameEmbedding.anchorVectors(weights["embed_anchors"], config: config)
    convolutions = try ResidualConvolutions(
      weights["transformer"]["x_embedder"]["block"], width: width, numerics: numerics,
      workers: workers)
  }

  /// What no video adds to each frame: its features are zeros, but they come in through a bias and a norm.
  ///
  /// Converted files that dropped the video's weights do without, as the program does that they are for.
  private static func nullVideo(_ weights: Weights, config: SAMAudioConfig) throws -> [Float] {
    let width = config.transformer.dim
    guard weights["conv"].has("bias") else { return Array(repeating: 0, count: width) }
    _ = try weights["conv"].tensor("weight", shape: [width, config.visionDim, 1])
    let bias = try weights["conv"].floats("bias", shape: [width])
    let weight = try weights["layer_norm"].floats("weight", shape: [width])
    let shift = try weights["layer_norm"].floats("bias", shape: [width])
    let gate = tanh(Double(try weights.floats("gate", shape: [1])[0]))
    let mean = bias.reduce(0) { $0 + Double($1) } / Double(width)
    let variance =
      bias.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(width)
    let scale = 1 / (variance + 1e-5).squareRoot()
    return bias.indices.map {
      Float(gate * ((Double(bias[$0]) - mean) * scale * Double(weight[$0]) + Double(shift[$0])))
    }
  }

  /// tanh(gate) · (proj · embed[class]) for each class; that of no anchor is not zero either.
  private static func anchorVectors(
    _ weights: Weights, config: SAMAudioConfig
  ) throws -> [[Float]] {
    let (width, inner) = (config.transformer.dim, config.anchorEmbeddingDim)
    let classes = AnchorClass.allCases.count
    let embed = try weights["embed"].floats("weight", shape: [classes, inner])
    let proj = try weights["proj"].floats("weight", shape: [width, inner])
    let gate = tanh(Double(try weights.floats("gate", shape: [1])[0]))
    return (0..<classes).map { row in
      (0..<width).map { channel in
        var sum = 0.0
        for k in 0..<inner {
          sum += Double(embed[row * inner + k]) * Double(proj[channel * inner + k])
        }
        return Float(gate * sum)
      }
    }
  }

  /// What stays the same within a window: the mixture's part, no video, and the anchors.
  ///
  /// - Parameters:
  ///   - latent: of the mixture, [C, T]; it comes in twice.
  ///   - features: room for [2C, T].
  ///   - output: [D, T].
  func prepare(
    _ latent: Latent, anchors classes: [AnchorClass], features: TokenPanels,
    into output: TokenPanels, workers: Workers
  ) {
    features.copy(rows: latent.values + latent.values, workers: workers)
    mixture(features, into: output, workers: workers)
    output.addRows(anchors, index: classes.map(\.rawValue), workers: workers)
  }

  /// `output = prepared + W·state`: what the convolutions begin with.
  ///
  /// - Parameters:
  ///   - input: the state, [2C, T].
  ///   - prepared: what `prepare` wrote, [D, T].
  ///   - output: [D, T].
  func align(
    _ input: TokenPanels, prepared: TokenPanels, into output: TokenPanels, workers: Workers
  ) {
    output.copy(prepared, workers: workers)
    state.add(input, to: output, workers: workers)
  }
}
