import Checkpoints
import Tensors

/// One residual layer of Demucs's DConv: a dilated 3-tap convolution to few channels, GroupNorm(1), GELU,
/// a 1×1 convolution to twice the channels, GroupNorm(1), GLU, LayerScale, and the sum with the input.
///
/// Reference: `DConv` in demucs.py. The layer is three walks along time, because each normalisation
/// needs sums over all columns. The second one needs no walk of its own: the moments of W·h + b follow
/// from those of h (Σh and Σh·hᵀ), which has an eighth of the channels.
struct DConvLayer {
  /// Channels between the convolutions.
  let hidden: Int

  private let channels: Int
  private let squeeze: Convolution
  private let innerNorm: Affine
  private let expand: Convolution
  /// By row of `expand`: its bias, and what its normalisation multiplies by and adds.
  private let expandBias: [Float]
  private let outerNorm: Affine
  private let moments: ExpansionMoments

  /// - Parameters:
  ///   - weights: at `dconv.layers.N`. The numbers are places in an `nn.Sequential`; 2 and 5 are GELU and GLU.
  ///   - dilation: the distance of the three taps.
  init(_ weights: Weights, channels: Int, hidden: Int, dilation: Int, numerics: Numerics) throws {
    self.channels = channels
    self.hidden = hidden
    let first = try weights[0].affine([hidden, channels, 3])
    innerNorm = try weights[1].affine([hidden])
    let second = try weights[3].affine([2 * channels, hidden, 1])
    let norm = try weights[4].affine([2 * channels])
    let scale = try weights[6].floats("scale", shape: [channels])
    squeeze = Convolution(
      weight: first.weight, bias: first.bias, inputs: channels, columns: [-dilation, 0, dilation],
      activation: .none, numerics: numerics)
    let expand = Convolution(
      weight: second.weight, bias: second.bias, inputs: hidden, activation: .glu,
      numerics: numerics)
    self.expand = expand
    expandBias = expand.rowOrdered(second.bias)
    // LayerScale multiplies value · σ(gate), so it can be folded into the value's own factors.
    func folded(_ values: [Float]) -> [Float] {
      expand.rowOrdered(
        values.enumerated().map { $0 < channels ? $1 * scale[$0] : $1 })
    }
    outerNorm = (folded(norm.weight), folded(norm.bias))
    moments = ExpansionMoments(weight: second.weight, bias: second.bias, hidden: hidden)
  }

  /// h = the dilated convolution of x, for some panels; returns the moments of what it wrote.
  func squeeze(
    _ x: BlockRows, _ h: BlockRows, panels: Range<Int>, _ scratch: Scratch
  ) -> Moments {
    squeeze(x, panels: panels, into: h, scratch)
    return h.moments(rows: hidden, panels: panels)
  }

  /// h = GELU(GroupNorm(h)), for some panels; returns the moments of what it wrote.
  func activate(
    _ h: BlockRows, _ norm: (mean: Float, scale: Float), panels: Range<Int>
  ) -> ProductMoments {
    for channel in 0..<hidden {
      let scale = norm.scale * innerNorm.weight[channel]
      h.transform(
        row: channel, panels: panels, scale: scale,
        shift: innerNorm.bias[channel] - norm.mean * scale, .gelu)
    }
    return h.productMoments(rows: hidden, panels: panels)
  }

  /// What turns W·h into the normalised expansion, in the order of its rows.
  func expansionFactors(
    _ moments: ProductMoments, columns: Int
  ) -> (scales: [Float], shifts: [Float]) {
    let norm = self.moments.of(moments, columns: columns)
      .normalization(count: columns * 2 * channels)
    let scales = outerNorm.weight.map { $0 * norm.scale }
    return (
      scales,
      scales.indices.map { (expandBias[$0] - norm.mean) * scales[$0] + outerNorm.bias[$0] }
    )
  }

  /// x += LayerScale(GLU(GroupNorm(W·h + b))), for some panels.
  func expand(
    _ h: BlockRows, into x: BlockRows, factors: (scales: [Float], shifts: [Float]),
    panels: Range<Int>, _ scratch: Scratch
  ) {
    Convolution.RowFactors.with(scales: factors.scales, shifts: factors.shifts) {
      expand(h, panels: panels, into: x, epilogue: Convolution.Epilogue(factors: $0), scratch)
    }
  }
}

/// The moments of y = W·h + b from those of h.
///
/// Σy = 1ᵀW·Σh + n·1ᵀb, and Σy² = ⟨WᵀW, Σh·hᵀ⟩ + 2·(Wᵀb)ᵀΣh + n·bᵀb.
private struct ExpansionMoments: Sendable {
  private var columnSums: [Double]
  private var gram: [Double]
  private var projectedBias: [Double]
  private var biasSum = 0.0
  private var biasSquares = 0.0

  init(weight: [Float], bias: [Float], hidden: Int) {
    columnSums = Array(repeating: 0, count: hidden)
    projectedBias = columnSums
    gram = Array(repeating: 0, count: hidden * (hidden + 1) / 2)
    for (row, bias) in bias.enumerated() {
      let b = Double(bias)
      biasSum += b
      biasSquares += b * b
      let values = weight[row * hidden..<(row + 1) * hidden].map(Double.init)
      for i in 0..<hidden {
        columnSums[i] += values[i]
        projectedBias[i] += values[i] * b
        for j in 0...i {
          // The triangle stands for the whole symmetric matrix.
          gram[i * (i + 1) / 2 + j] += values[i] * values[j] * (i == j ? 1 : 2)
        }
      }
    }
  }

  func of(_ h: ProductMoments, columns: Int) -> Moments {
    var result = Moments(
      sum: Double(columns) * biasSum, squares: Double(columns) * biasSquares)
    for i in h.sums.indices {
      result.sum += columnSums[i] * h.sums[i]
      result.squares += 2 * projectedBias[i] * h.sums[i]
    }
    for i in gram.indices { result.squares += gram[i] * h.products[i] }
    return result
  }
}
