import Checkpoints
import Tensors

/// RMSNorm as the reference has it: x / max(‖x‖, 10⁻¹²) · √D · γ, with no ε under the root.
struct UnitNorm {
  private let gamma: FloatStorage

  /// - Parameter weights: where `gamma` is.
  init(_ weights: Weights, channels: Int) throws {
    gamma = FloatStorage(try weights.floats("gamma", shape: [channels]))
  }

  func callAsFunction(_ x: TokenPanels, into output: TokenPanels, workers: Workers) {
    x.rmsNormalize(
      into: output, scale: Floats(gamma.base), epsilon: 0,
      floor: 1e-12 / Float(gamma.count).squareRoot(), workers: workers)
  }
}

/// The biases of attention where all layers share them (`use_shared_bias`): at the checkpoint's root, and in most files
/// at each layer as well.
struct SharedBiases {
  let projection: [Float]?
  let output: [Float]?

  /// - Parameter weights: the checkpoint's root.
  init(_ weights: Weights, config: RoformerConfig) throws {
    func bias(_ name: String, _ count: Int) throws -> [Float]? {
      weights.has(name) ? try weights.floats(name, shape: [count]) : nil
    }
    projection = try bias("shared_qkv_bias", 3 * config.heads.count * config.heads.width)
    output = try bias("shared_out_bias", config.dim)
  }
}

/// A transformer along one axis (`Transformer` in bs_roformer.py).
struct AxialTransformer {
  private let layers: [AxialLayer]
  /// At the end, in a Mel-Band RoFormer.
  private let norm: UnitNorm?

  /// - Parameters:
  ///   - weights: at `layers.N.0` or `layers.N.1`.
  ///   - tokens: along the axis.
  init(
    _ weights: Weights, layers count: Int, biases: SharedBiases, tokens: Int,
    config: RoformerConfig, numerics: Numerics, workers: Workers
  ) throws {
    layers = try (0..<count).map { index in
      try AxialLayer(
        weights["layers"][index], biases: biases, tokens: tokens, config: config,
        numerics: numerics, workers: workers)
    }
    norm = config.kind == .melBand ? try UnitNorm(weights["norm"], channels: config.dim) : nil
  }

  /// Applies the layers to tokens, in place.
  func callAsFunction(_ x: TokenPanels, _ memory: AxialMemory) {
    for layer in layers { layer(x, memory) }
    norm?(x, into: x, workers: memory.workers)
  }
}

/// Attention with a gate for each head, and a feed-forward layer; both add to the tokens.
struct AxialLayer {
  private let attentionNorm: UnitNorm
  private let rotation: RotaryTable
  private let projection: Linear
  private let gates: Linear
  private let output: Linear
  private let feedForwardNorm: UnitNorm
  private let feedForward: FeedForward

  /// - Parameters:
  ///   - weights: at `layers.N` of a transformer.
  ///   - tokens: along the axis.
  init(
    _ weights: Weights, biases: SharedBiases, tokens: Int, config: RoformerConfig,
    numerics: Numerics, workers: Workers
  ) throws {
    let (dim, heads, hidden) = (config.dim, config.heads, config.hiddenWidth)
    let inner = heads.count * heads.width
    let attention = weights[0]
    attentionNorm = try UnitNorm(attention["norm"], channels: dim)
    // A parameter of the reference: in a checkpoint of halves it is rounded, and so are the angles.
    rotation = RotaryTable(
      rates: try attention["rotary_embed"].floats("freqs", shape: [heads.width / 2]),
      tokens: tokens, workers: workers)
    projection = try Self.projection(
      attention["to_qkv"], bias: biases.projection, config: config,
      numerics: numerics.of(.transformer), workers: workers)
    gates = Linear(
      try attention["to_gates"].rows("weight", shape: [heads.count, dim]),
      bias: try attention["to_gates"].floats("bias", shape: [heads.count]),
      numerics: numerics.of(.gates),
      workers: workers)
    let out = attention["to_out"][0]
    output = Linear(
      try out.rows("weight", shape: [dim, inner]),
      bias: out.has("bias") ? try out.floats("bias", shape: [dim]) : biases.output,
      columns: heads.order(), numerics: numerics.of(.transformer), workers: workers)

    let net = weights[1]["net"]
    feedForwardNorm = try UnitNorm(net[0], channels: dim)
    feedForward = FeedForward(
      up: Linear(
        try net[1].rows("weight", shape: [hidden, dim]),
        bias: try net[1].floats("bias", shape: [hidden]), activation: .gelu,
        numerics: numerics.of(.transformer), workers: workers),
      down: Linear(
        try net[4].rows("weight", shape: [dim, hidden]),
        bias: try net[4].floats("bias", shape: [dim]), numerics: numerics.of(.transformer),
        workers: workers))
  }

  /// Queries, keys and values, the queries with the factor 1/√d of the scores.
  private static func projection(
    _ weights: Weights, bias shared: [Float]?, config: RoformerConfig, numerics: Numerics,
    workers: Workers
  ) throws -> Linear {
    let (dim, heads) = (config.dim, config.heads)
    let inner = heads.count * heads.width
    let bias = weights.has("bias") ? try weights.floats("bias", shape: [3 * inner]) : shared
    let order = heads.order(parts: 3)
    func scale(_ row: Int) -> Float { row < inner ? 1 / Float(heads.width).squareRoot() : 1 }
    let matrix = Matrix(
      [try weights.rows("weight", shape: [3 * inner, dim])], rows: order, scale: scale,
      numerics: numerics, workers: workers)
    return Linear(
      matrix, bias: bias.map { bias in order.map { row in row.map { bias[$0] * scale($0) } ?? 0 } })
  }

  func callAsFunction(_ x: TokenPanels, _ memory: AxialMemory) {
    let (normalized, attended) = (memory.normalized, memory.attended)
    let (gates, workers) = (memory.gates, memory.workers)

    attentionNorm(x, into: normalized, workers: workers)
    self.gates(normalized, into: gates, workers: workers)
    switch memory.attention {
    case .along(let attention):
      attention.project(
        [.queries(nil, rotation), .keys(nil, rotation), .values], projection, normalized,
        workers: workers)
      attention.attend(gates: gates, into: attended, workers: workers)
    case .across(let attention):
      projection(normalized, into: attention.projected, workers: workers)
      attention.attend(rotation: rotation, gates: gates, into: attended, workers: workers)
    }
    output.add(attended, to: x, workers: workers)

    feedForwardNorm(x, into: normalized, workers: workers)
    feedForward.add(normalized, to: x, workers: workers)
  }
}

/// Memory of as many tokens as go through the layers at a time.
///
/// Transformers along an axis do not mix what lies across it: so few tokens at a time are enough that all of this is
/// a fraction of the tokens themselves, and stays in the cache.
struct AxialMemory {
  /// What tokens attend to.
  enum Attention {
    /// Those of their group.
    case along(AttentionInputs)
    /// Those at the same place in all groups.
    case across(CrossGroupAttention)
  }

  let workers: Workers
  let normalized: TokenPanels
  let attention: Attention
  let gates: TokenPanels
  let attended: TokenPanels

  /// - Parameters:
  ///   - groups: groups of tokens.
  ///   - tokens: tokens of each.
  ///   - isAcross: whether tokens attend to those at the same place in all groups, not to those of their group.
  ///   - stage: that of its layers.
  init(
    _ config: RoformerConfig, groups: Int, tokens: Int, isAcross: Bool, precision: NumberFormat,
    workers: Workers, during stage: ActivationPlan.Stages, plan: inout ActivationPlan
  ) {
    func panels(_ channels: Int) -> TokenPanels {
      plan.tokens(channels: channels, groups: groups, tokens: tokens, during: stage)
    }
    let heads = config.heads
    self.workers = workers
    normalized = panels(config.dim)
    attended = panels(heads.channels)
    gates = panels(heads.count)
    attention =
      isAcross
      ? .across(
        CrossGroupAttention(like: normalized, heads: heads, during: stage, plan: &plan))
      : .along(
        AttentionInputs(
          queries: attended, keys: attended, heads: heads, precision: precision, perGroup: true,
          during: stage, plan: &plan))
  }
}
