import Checkpoints
import Tensors

/// Demucs's DConv: residual layers of growing dilation, along time.
///
/// Reference: `DConv` in demucs.py. In the frequency branch each frequency is an item of its own, which one
/// thread takes through all walks while it lies in the cache; in the time branch the only item is long,
/// and the threads share each walk.
struct DConv {
  private let layers: [DConvLayer]

  /// - Parameter layers: at least one, of the same channels.
  init(_ layers: [DConvLayer]) {
    self.layers = layers
  }

  /// - Parameters:
  ///   - weights: at a layer's `dconv`.
  ///   - channels: of that layer.
  init(_ weights: Weights, config: HTDemucsConfig, channels: Int, numerics: Numerics) throws {
    self.init(
      try (0..<config.dconvDepth).map { index in
        try DConvLayer(
          weights["layers"][index], channels: channels, hidden: config.dconvHidden(channels),
          dilation: 1 << index, numerics: numerics)
      })
  }

  /// Rows of memory for the hidden channels.
  var hiddenRows: Int { layers.reduce(0) { max($0, $1.hidden) } }

  /// Panels that are one job of a shared walk. Sums are taken by chunk, so that they do not depend on the
  /// number of threads.
  private static let chunk = 16

  /// Applies the layers to one block on the calling thread.
  ///
  /// - Parameters:
  ///   - hidden: `hiddenRows` rows with the stride and margins of `x`.
  func callAsFunction(_ x: BlockRows, hidden: BlockRows, _ scratch: Scratch) {
    let panels = 0..<Tile.panels(x.columns)
    for layer in layers {
      let norm = layer.squeeze(x, hidden, panels: panels, scratch)
        .normalization(count: layer.hidden * x.columns)
      let factors = layer.expansionFactors(
        layer.activate(hidden, norm, panels: panels), columns: x.columns)
      layer.expand(hidden, into: x, factors: factors, panels: panels, scratch)
    }
  }

  /// Applies the layers to a long block on all threads.
  func callAsFunction(_ x: BlockRows, workers: Workers) {
    let panels = Tile.panels(x.columns)
    let chunks = (panels + DConv.chunk - 1) / DConv.chunk
    func range(_ chunk: Int) -> Range<Int> {
      chunk * DConv.chunk..<min(panels, (chunk + 1) * DConv.chunk)
    }
    workers.withBlocks(channels: hiddenRows, columns: x.columns) { blocks in
      let hidden = blocks.rows(0)
      for layer in layers {
        let norm = workers.collect(chunks) { chunk, scratch in
          layer.squeeze(x, hidden, panels: range(chunk), scratch)
        }.reduce(into: Moments()) { $0.add($1) }
          .normalization(count: layer.hidden * x.columns)
        let moments = workers.collect(chunks) { chunk, _ in
          layer.activate(hidden, norm, panels: range(chunk))
        }.reduce(into: ProductMoments(rows: layer.hidden)) { $0.add($1) }
        let factors = layer.expansionFactors(moments, columns: x.columns)
        workers.run(chunks) { chunk, scratch in
          layer.expand(hidden, into: x, factors: factors, panels: range(chunk), scratch)
        }
      }
    }
  }
}
