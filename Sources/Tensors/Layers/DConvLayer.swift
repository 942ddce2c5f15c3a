/// One residual layer of Demucs's DConv: a dilated 3-tap convolution to few channels, GroupNorm(1), GELU,
/// a 1×1 convolution to twice the channels, GroupNorm(1), GLU, LayerScale, and the sum with the input.
///
/// Reference: `DConv` in demucs.py. The layer is three walks along time, because each normalisation
/// needs sums over all columns. The second one needs no walk of its own: the moments of W·h + b follow
/// from those of h (Σh and Σh·hᵀ), which has an eighth of the channels.
package struct DConvLayer: Sendable {
  /// Channels in and out.
  package let channels: Int
  /// Channels between the convolutions.
  package let hidden: Int

  private let squeezeTaps: Taps
  private let expandTaps: Taps
  private let squeeze: PackedMatrix
  private let squeezeBias: [Float]
  private let innerWeight: [Float]
  private let innerBias: [Float]
  private let expand: PackedMatrix
  /// By row of `expand`: its bias, and what its normalisation multiplies by and adds.
  private let expandBias: [Float]
  private let outerWeight: [Float]
  private let outerBias: [Float]
  private let moments: ExpansionMoments

  /// Packs a layer of a checkpoint.
  ///
  /// - Parameters:
  ///   - squeeze: `weight` [hidden, channels, 3] and `bias` of the first convolution.
  ///   - innerNorm: weight and bias of the first GroupNorm.
  ///   - expand: `weight` [2·channels, hidden, 1] and `bias` of the second convolution.
  ///   - outerNorm: weight and bias of the second GroupNorm.
  ///   - scale: LayerScale, one a channel.
  ///   - dilation: the distance of the three taps.
  package init(
    squeeze: (weight: [Float], bias: [Float]), innerNorm: (weight: [Float], bias: [Float]),
    expand: (weight: [Float], bias: [Float]), outerNorm: (weight: [Float], bias: [Float]),
    scale: [Float], dilation: Int, precision: Precision
  ) {
    let channels = scale.count
    let hidden = squeeze.bias.count
    self.channels = channels
    self.hidden = hidden
    squeezeTaps = Taps(
      inputs: channels, blocks: 1, columns: [-dilation, 0, dilation], precision: precision)
    expandTaps = Taps(inputs: hidden, blocks: 1, columns: [0], precision: precision)
    self.squeeze = PackedMatrix(
      squeeze.weight, rowOffsets: (0..<hidden).map { $0 * channels * 3 },
      columnOffsets: squeezeTaps.order(channelStride: 3) { $1 }, precision: precision)
    squeezeBias = squeeze.bias
    innerWeight = innerNorm.weight
    innerBias = innerNorm.bias
    let order = Convolution.rowOrder(2 * channels, .glu)
    self.expand = PackedMatrix(
      expand.weight, rowOffsets: order.map { $0.map { $0 * hidden } },
      columnOffsets: expandTaps.order(channelStride: 1) { _, _ in 0 }, precision: precision)
    expandBias = order.map { $0.map { expand.bias[$0] } ?? 0 }
    // LayerScale multiplies value · σ(gate), so it can be folded into the value's own factors.
    func folded(_ values: [Float]) -> [Float] {
      order.map { $0.map { $0 < channels ? values[$0] * scale[$0] : values[$0] } ?? 0 }
    }
    outerWeight = folded(outerNorm.weight)
    outerBias = folded(outerNorm.bias)
    moments = ExpansionMoments(weight: expand.weight, bias: expand.bias, hidden: hidden)
  }

  /// Scratch rows that a caller provides for the hidden channels: whole tiles.
  package var hiddenRows: Int { squeeze.tiles * Tile.rows }

  // MARK: The three walks

  /// h = the dilated convolution of x, for some panels; returns the moments of what it wrote.
  func squeeze(
    _ x: BlockRows, _ h: BlockRows, panels: Range<Int>, _ scratch: Scratch
  ) -> Moments {
    var (moments, scratch) = (Moments(), scratch)
    let tile = scratch.take(Tile.count)
    for panel in panels {
      let column = panel &* Tile.columns
      let valid = x.valid(panel: panel)
      squeezeTaps.read(Floats(x.base + column), stride: x.stride, scratch) { rows, _ in
        for index in 0..<squeeze.tiles {
          multiplyTile(squeeze.tile(index), aStride: Tile.rows, rows, into: tile)
          for row in 0..<min(Tile.rows, hidden &- index &* Tile.rows) {
            let bias = Lanes(repeating: squeezeBias[index &* Tile.rows &+ row])
            let target = h.row(index &* Tile.rows &+ row) + column
            Rows.store(target, valid: valid) { tile.lanes(row &* Tile.columns &+ $0) + bias }
            moments.add(Rows.sums(Floats(target), columns: Tile.columns))
          }
        }
      }
    }
    return moments
  }

  /// h = GELU(GroupNorm(h)), for some panels.
  func activate(_ h: BlockRows, _ norm: (mean: Float, scale: Float), panels: Range<Int>) {
    for channel in 0..<hidden {
      let factor = norm.scale * innerWeight[channel]
      let scale = Lanes(repeating: factor)
      let shift = Lanes(repeating: innerBias[channel] - norm.mean * factor)
      let row = h.row(channel)
      for panel in panels {
        let target = row + panel &* Tile.columns
        Rows.store(target, valid: h.valid(panel: panel)) {
          VectorMath.gelu(shift.adding(target.lanes($0), times: scale))
        }
      }
    }
  }

  /// Σh and Σh·hᵀ over some panels.
  func hiddenMoments(_ h: BlockRows, panels: Range<Int>) -> HiddenMoments {
    var result = HiddenMoments(hidden: hidden)
    let start = panels.lowerBound &* Tile.columns
    let columns = panels.count &* Tile.columns
    for i in 0..<hidden {
      let row = Floats(h.row(i) + start)
      result.sums[i] = Rows.sums(row, columns: columns).sum
      for j in 0...i {
        result.products[i * (i + 1) / 2 + j] =
          Rows.dot(row, Floats(h.row(j) + start), columns: columns)
      }
    }
    return result
  }

  /// The factors that turn W·h into the normalised expansion: twice `2·channels` floats, in tile order.
  func expansionFactors(_ moments: HiddenMoments, columns: Int) -> [Float] {
    let norm = self.moments.of(moments, columns: columns)
      .normalization(count: columns * 2 * channels)
    let scales = outerWeight.map { $0 * norm.scale }
    let shifts = scales.indices.map { (expandBias[$0] - norm.mean) * scales[$0] + outerBias[$0] }
    return scales + shifts
  }

  /// x += LayerScale(GLU(GroupNorm(W·h + b))), for some panels.
  func expand(
    _ h: BlockRows, into x: BlockRows, factors: [Float], panels: Range<Int>,
    _ scratch: Scratch
  ) {
    var scratch = scratch
    let tile = scratch.take(Tile.count)
    factors.withUnsafeBufferPointer { factors in
      guard let scales = factors.baseAddress else { return }
      for panel in panels {
        expandTaps.read(
          Floats(h.base + panel &* Tile.columns), stride: h.stride, scratch
        ) { rows, _ in
          for index in 0..<expand.tiles {
            multiplyTile(expand.tile(index), aStride: Tile.rows, rows, into: tile)
            add(index, Floats(tile), scales, to: x, panel: panel)
          }
        }
      }
    }
  }

  /// Adds a tile of four channels and their gates, normalised and gated.
  @inline(__always) private func add(
    _ index: Int, _ tile: Floats, _ scales: Floats, to x: BlockRows, panel: Int
  ) {
    let shifts = scales + expandBias.count
    for row in 0..<min(4, channels &- index &* 4) {
      let value = index &* Tile.rows &+ row
      let gate = value &+ 4
      let target = x.row(index &* 4 &+ row) + panel &* Tile.columns
      let source = tile + row &* Tile.columns
      Rows.store(target, valid: x.valid(panel: panel)) {
        let v = Lanes(repeating: shifts[value])
          .adding(source.lanes($0), times: Lanes(repeating: scales[value]))
        let g = Lanes(repeating: shifts[gate])
          .adding(source.lanes($0 &+ 4 &* Tile.columns), times: Lanes(repeating: scales[gate]))
        return target.lanes($0).adding(v, times: VectorMath.sigmoid(g))
      }
    }
  }
}

/// Σh and the lower triangle of Σh·hᵀ of the hidden channels.
struct HiddenMoments {
  var sums: [Double]
  var products: [Double]

  init(hidden: Int) {
    sums = Array(repeating: 0, count: hidden)
    products = Array(repeating: 0, count: hidden * (hidden + 1) / 2)
  }

  mutating func add(_ other: HiddenMoments) {
    for i in sums.indices { sums[i] += other.sums[i] }
    for i in products.indices { products[i] += other.products[i] }
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

  func of(_ h: HiddenMoments, columns: Int) -> Moments {
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
