internal import APCore
package import Checkpoints
package import Tensors

/// The diffusion transformer: a velocity for each state and time, given a mixture and a text.
///
/// Source: `SAMAudio` in model.py and `DiT` in transformer.py; Peebles and Xie, Scalable Diffusion Models with
/// Transformers (2023).
///
/// An instance computes one velocity at a time.
package final class DiffusionTransformer {
  let config: SAMAudioConfig
  /// Sees what each stage gives, [tokens, channels].
  var probe: Probe?

  private let embedding: FrameEmbedding
  private let time: TimeEmbedding
  private let text: TextEmbedding
  private let layers: [DiffusionLayer]
  private let modulation: Modulation
  private let output: Linear
  private let precision: NumberFormat
  private let workers: Workers
  /// Of the sizes asked for last.
  private var memory: DiffusionMemory?
  /// Of all times so far: a solver asks for the same ones in each window.
  private var times: [Float: TimeFeatures] = [:]

  /// Packs the weights tensor by tensor.
  ///
  /// - Parameters:
  ///   - weights: the checkpoint's root.
  ///   - numerics: how weights are stored and what is multiplied.
  ///   - workers: the threads that share the work.
  /// - Throws: `FilterError` for tensors that are missing or misshaped.
  package init(
    _ weights: Weights, config: SAMAudioConfig, numerics: Numerics = Numerics(), workers: Workers
  ) throws {
    let transformer = weights["transformer"]
    let sizes = config.transformer
    self.config = config
    self.workers = workers
    precision = numerics.of(.attention).multiplied
    let outer = numerics.of(.embedding)
    embedding = try FrameEmbedding(weights, config: config, numerics: outer, workers: workers)
    time = try TimeEmbedding(transformer, config: sizes, numerics: outer, workers: workers)
    text = try TextEmbedding(weights, config: config, numerics: outer, workers: workers)
    layers = try (0..<sizes.nLayers).map { index in
      try DiffusionLayer(
        transformer["layers"][index], config: sizes, numerics: numerics.of(.layers),
        workers: workers)
    }
    modulation = try Modulation(
      transformer, table: "final_layer_scale_shift_table", rows: 2, norms: ["norm"], config: sizes)
    output = Linear(
      Matrix(
        [try transformer["output"].rows("weight", shape: [config.stateChannels, sizes.dim])],
        numerics: outer, workers: workers))
  }

  /// The velocity of the states of one window under one text. Good until the next call.
  ///
  /// - Parameters:
  ///   - mixture: the window's latent, [C, T], T ≤ `maxPositions`.
  ///   - anchors: a class for each frame; nil: nothing is known.
  ///   - times: at which velocities will be asked for, if they are known.
  package func field(
    mixture: Latent, text features: TextFeatures, anchors: [AnchorClass]? = nil,
    times: [Float] = []
  ) -> VectorField {
    let count = mixture.frames
    let anchors = anchors ?? Array(repeating: .null, count: count)
    precondition(
      2 * mixture.channels == config.stateChannels, "mixture must have the latent's width")
    precondition(anchors.count == count, "anchors must have a class for each frame")
    precondition(features.width == config.textEncoder.dim, "text must have the encoder's width")
    let memory = self.memory(frames: count, textTokens: features.tokens)
    let activations = memory.activations
    embedding.prepare(
      mixture, anchors: anchors, features: activations.state, into: activations.prepared,
      workers: workers)
    text.prepare(features, activations.text, workers: workers)
    embed(times, memory)
    return { state, time in self.velocity(state, time, memory) }
  }

  private func memory(frames: Int, textTokens: Int) -> DiffusionMemory {
    if let memory, memory.fits(frames: frames, textTokens: textTokens) { return memory }
    // What is there goes first, so that both do not exist at once.
    memory = nil
    let planned = DiffusionMemory(
      config, frames: frames, textTokens: textTokens, precision: precision, workers: workers)
    memory = planned
    return planned
  }

  private func embed(_ wanted: [Float], _ memory: DiffusionMemory) {
    let missing = wanted.filter { times[$0] == nil }
    guard !missing.isEmpty else { return }
    let features = time(missing, workers: workers)
    for (time, features) in zip(missing, features) { times[time] = features }
  }

  private func velocity(_ state: [Float], _ time: Float, _ memory: DiffusionMemory) -> [Float] {
    let activations = memory.activations
    precondition(
      state.count == activations.state.tokens * config.stateChannels, "state must be [T, 2C]")
    embed([time], memory)
    guard let time = times[time] else { return state }

    // 1. Frames: state and mixture, video and anchors.
    activations.state.copy(tokens: state, workers: workers)
    embedding.align(
      activations.state, prepared: activations.prepared, into: activations.frames,
      workers: workers)  // [D, T]
    probe?.show("aligned", activations.frames)
    embedding.convolutions(activations.frames, inner: activations.inner, workers: workers)
    probe?.show("x_embedder", activations.frames)

    // 2. The text at this time.
    text(time.sinusoids, activations.text, workers: workers)  // [D, S]
    probe?.show("y_embedder", activations.text.embedded)

    // 3. Layers.
    for (index, layer) in layers.enumerated() {
      layer(memory, time: time.modulation, probe, stage: "layers.\(index)")
    }

    // 4. The velocity of each frame, modulated by the time's embedding itself.
    let rows = modulation(time.embedding, into: memory.modulation)
    activations.frames.rmsNormalize(
      into: activations.inner, scale: rows[1], shift: rows[0], epsilon: modulation.epsilon,
      workers: workers)
    output(activations.inner, into: activations.state, workers: workers)  // [2C, T]
    return activations.state.tokenMajor(workers: workers)
  }
}
