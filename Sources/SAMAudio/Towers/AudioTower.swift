import APCore
import Checkpoints
import Tensors

/// A transformer over the frames of a sound, with a row before them that stands for all: the towers of PE-A-Frame and
/// of SAM-Audio's Judge.
///
/// Source: Vyas and others, Pushing the Frontier of Audiovisual Perception with Large-Scale Multimodal Correspondence
/// Learning (2025).
struct AudioTower {
  private let config: TowerConfig
  private let projection: Linear
  /// The first row, [D].
  private let first: [Float]
  private let convolutions: ResidualConvolutions
  private let layers: [TowerLayer]
  private let norm: FloatStorage
  private let output: Linear
  private let precision: NumberFormat
  private let workers: Workers

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameters:
  ///   - weights: at the tower, under the diffusion transformer's names (`TowerNames`).
  ///   - projection: at the layer before it.
  ///   - inputs: width of what comes in.
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  init(
    _ weights: Weights, projection proj: Weights, inputs: Int, config: TowerConfig,
    numerics: Numerics, workers: Workers
  ) throws {
    let width = config.hiddenSize
    self.config = config
    self.workers = workers
    precision = numerics.multiplied
    projection = try Linear(
      proj, inputs: inputs, outputs: width, hasBias: true, numerics: numerics, workers: workers)
    first = try weights.floats("cls_token", shape: [1, 1, width])
    convolutions = try ResidualConvolutions(
      weights["x_embedder"]["block"], width: width, numerics: numerics, workers: workers)
    layers = try (0..<config.numHiddenLayers).map { index in
      try TowerLayer(
        weights["layers"][index], sizes: config.layer, numerics: numerics, workers: workers)
    }
    norm = FloatStorage(try weights["norm"].floats("weight", shape: [width]))
    output = try Linear(
      weights["output"], inputs: width, outputs: width, numerics: numerics, workers: workers)
  }

  /// What the tower makes of each frame, without the row before them.
  ///
  /// - Parameters:
  ///   - frames: [T, inputs], T ≤ `maximumFrames`.
  ///   - probe: sees each stage, [1 + T, D].
  /// - Returns: [T, D].
  func callAsFunction(_ frames: [Float], _ probe: Probe? = nil) -> [Float] {
    let (count, width) = (frames.count / projection.inputs, config.hiddenSize)
    precondition(count <= config.maximumFrames, "there must be a position for each frame")
    func panels() -> TokenPanels { TokenPanels(channels: width, groups: 1, tokens: 1 + count) }
    // 1. A row before the frames.
    let (rows, inner) = (panels(), panels())
    rows.copy(tokens: first + projection(rows: frames, workers: workers), workers: workers)

    // 2. Convolutions and layers over all rows.
    convolutions(rows, inner: inner, workers: workers)
    probe?.show("patch", rows)
    let inputs = AttentionInputs(
      queries: rows, keys: rows, heads: config.layer.heads, precision: precision)
    let rotation = RotaryTable(
      width: config.layer.heads.width, tokens: 1 + count, theta: config.ropeTheta,
      workers: workers)
    for (index, layer) in layers.enumerated() {
      layer(rows, inner: inner, inputs: inputs, rotation: rotation, workers: workers)
      probe?.show("layer\(index)", rows)
    }

    // 3. The frames of what comes out.
    rows.rmsNormalize(
      into: inner, scale: Floats(norm.base), epsilon: config.layer.epsilon, workers: workers)
    output(inner, into: rows, workers: workers)
    probe?.show("output", rows)
    return Array(rows.tokenMajor(workers: workers)[width...])
  }
}
