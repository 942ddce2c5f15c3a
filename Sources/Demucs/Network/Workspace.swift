import Tensors

/// What the layers of a network share while they run: threads, and memory that no result stays in.
struct Workspace: Sendable {
  let pool: ThreadPool
  /// For each thread.
  let scratch: Scratch
  /// For what lies between two halves of a layer of the frequency branch.
  let frequency: FloatStorage
  /// The same for the time branch.
  let time: FloatStorage
  /// For the channels inside a DConv of the time branch.
  let hidden: FloatStorage

  /// Room for the largest layer.
  ///
  /// - Parameter levels: what the encoder layers of a branch leave; the mirrored decoder layer has the same
  ///   sizes inside.
  init(_ layers: HTDemucsLayers, levels: [Blocks], timeLevels: [Blocks], pool: ThreadPool) {
    var scratch = [layers.transformer.scratch]
    for (level, encoder, decoder) in zip3(levels, layers.encoders, layers.decoders.reversed()) {
      scratch.append(encoder.scratch(columns: level.columns))
      scratch.append(decoder.scratch(columns: level.columns))
    }
    var hidden = [0]
    for (level, encoder, decoder) in zip3(
      timeLevels, layers.timeEncoders, layers.timeDecoders.reversed())
    {
      // Along time the hidden channels do not lie in a thread's memory.
      scratch.append(max(encoder.scratch(columns: 0), decoder.scratch(columns: 0)))
      hidden.append(
        Blocks.floats(
          count: 1, channels: max(encoder.hiddenRows, decoder.hiddenRows),
          columns: level.columns))
    }
    func largest(_ levels: [Blocks]) -> FloatStorage {
      FloatStorage(
        count: levels.map {
          Blocks.floats(count: $0.count, channels: $0.channels, columns: $0.columns)
        }.max() ?? 0)
    }
    self.pool = pool
    self.scratch = Scratch(threads: pool.threads, floats: scratch.max() ?? 0)
    frequency = largest(levels)
    time = largest(timeLevels)
    self.hidden = FloatStorage(count: hidden.max() ?? 0)
  }
}

private func zip3<A, B, C>(_ a: [A], _ b: [B], _ c: [C]) -> [(A, B, C)] {
  zip(a, zip(b, c)).map { ($0, $1.0, $1.1) }
}
