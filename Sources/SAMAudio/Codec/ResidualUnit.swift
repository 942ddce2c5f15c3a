import Checkpoints
import Tensors

/// x + project(activation(conv(activation(x)))): `ResidualUnit` of dacvae, and the watermark's `ResnetBlock`.
struct ResidualUnit {
  private let activation: Activation
  private let conv: CodecConvolution
  private let project: Convolution

  /// A codec's: a kernel of 7 with a dilation, then one of 1, and snakes.
  init(
    snake weights: Weights, channels: Int, dilation: Int, numerics: Numerics
  ) throws {
    let block = weights["block"]
    activation = try block[0].snake(channels: channels)
    conv = try CodecConvolution(
      block[1], inputs: channels, stored: channels, kernel: 7, dilation: dilation,
      activation: try block[2].snake(channels: channels), numerics: numerics)
    project = try CodecConvolution(
      block[3], inputs: channels, stored: channels, kernel: 1, numerics: numerics
    ).layer
  }

  /// A watermark's: a causal kernel of 3 to half the channels, then one of 1, and ELUs.
  init(elu weights: Weights, channels: Int, numerics: Numerics) throws {
    let block = weights["block"]
    activation = .elu
    conv = try CodecConvolution(
      block[1], inputs: channels, stored: channels / 2, kernel: 3, isCausal: true,
      activation: .elu, numerics: numerics)
    project = try CodecConvolution(
      block[3], inputs: channels / 2, stored: channels, kernel: 1, numerics: numerics
    ).layer
  }

  var reach: Reach { conv.reach }

  /// Changes the signal in place. At an end that is not the signal's own, as many columns as the unit reaches
  /// become wrong.
  func callAsFunction(_ x: Stretch, _ memory: CodecMemory) {
    let activated = memory.activate(x, activation).rows
    memory.workers.run(x.rows.panels) { panel, scratch in
      let hidden = scratch.panel(conv.layer.outputs)
      conv.layer(activated.panel(0, panel), into: hidden, scratch)  // [C, 48]
      project(
        hidden, into: x.rows.panel(0, panel), epilogue: Convolution.Epilogue(accumulate: true),
        scratch)
    }
  }
}
