/// Demucs's DConv: residual layers of growing dilation, along time.
///
/// Reference: `DConv` in demucs.py. In the frequency branch each frequency is an item of its own, which one
/// thread takes through all walks while it lies in the cache; in the time branch the only item is long,
/// and the threads share each walk.
public struct DConv: Sendable {
  private let layers: [DConvLayer]

  /// - Parameter layers: at least one, of the same channels.
  public init(_ layers: [DConvLayer]) {
    precondition(!layers.isEmpty, "a DConv has layers")
    self.layers = layers
  }

  /// Rows of scratch memory for the hidden channels.
  public var hiddenRows: Int { layers.reduce(0) { max($0, $1.hiddenRows) } }

  /// Floats of other scratch memory for a thread.
  public var scratch: Int { layers.reduce(0) { max($0, $1.scratch) } }

  /// Panels that are one job of a shared walk. Sums are taken by chunk, so that they do not depend on the
  /// number of threads.
  private static let chunk = 16

  /// Applies the layers to one block on the calling thread.
  ///
  /// - Parameters:
  ///   - hidden: `hiddenRows` rows with the stride and margins of `x`.
  public func callAsFunction(_ x: BlockRows, hidden: BlockRows, scratch: MutableFloats) {
    let panels = 0..<Tile.panels(x.columns)
    for layer in layers {
      let norm = layer.squeeze(x, hidden, panels: panels, scratch: scratch)
        .normalization(count: layer.hidden * x.columns)
      layer.activate(hidden, norm, panels: panels)
      let factors = layer.expansionFactors(
        layer.hiddenMoments(hidden, panels: panels), columns: x.columns)
      layer.expand(hidden, into: x, factors: factors, panels: panels, scratch: scratch)
    }
  }

  /// Applies the layers to a long block on all threads.
  public func callAsFunction(_ x: BlockRows, hidden: BlockRows, scratch: Scratch, pool: ThreadPool)
  {
    let panels = Tile.panels(x.columns)
    let chunks = (panels + DConv.chunk - 1) / DConv.chunk
    func range(_ chunk: Int) -> Range<Int> {
      chunk * DConv.chunk..<min(panels, (chunk + 1) * DConv.chunk)
    }
    for layer in layers {
      let norm = pool.collect(chunks) { chunk, worker in
        layer.squeeze(x, hidden, panels: range(chunk), scratch: scratch[worker])
      }.reduce(into: Moments()) { $0.add($1) }
        .normalization(count: layer.hidden * x.columns)
      let moments = pool.collect(chunks) { chunk, _ in
        layer.activate(hidden, norm, panels: range(chunk))
        return layer.hiddenMoments(hidden, panels: range(chunk))
      }.reduce(into: HiddenMoments(hidden: layer.hidden)) { $0.add($1) }
      let factors = layer.expansionFactors(moments, columns: x.columns)
      pool.run(chunks) { chunk, worker in
        layer.expand(
          hidden, into: x, factors: factors, panels: range(chunk), scratch: scratch[worker])
      }
    }
  }
}

extension ThreadPool {
  /// The results of `count` jobs in the order of their indices.
  func collect<T>(_ count: Int, _ job: (_ index: Int, _ worker: Int) -> T) -> [T] {
    [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let results = buffer.baseAddress else { return }
      run(count) { index, worker in (results + index).initialize(to: job(index, worker)) }
      initialized = count
    }
  }
}
