import Tensors

extension HTDemucs {
  /// What is added behind the first encoder layer, [F][C]: a stored table, times both of its factors.
  static func embedding(_ weights: Weights, config: HTDemucsConfig) throws -> FloatStorage? {
    guard config.freqEmb != 0 else { return nil }
    let table = try weights["freq_emb"]["embedding"].floats(
      "weight", shape: [config.frequencyBins(1), config.channels])
    return FloatStorage(table.map { Float(config.freqEmb) * (Float(config.embScale) * $0) })
  }

  /// Room for the largest layer.
  static func workspace(
    encoders: [EncoderLayer], timeEncoders: [EncoderLayer], decoders: [DecoderLayer],
    timeDecoders: [DecoderLayer], transformer: CrossTransformer, levels: [Blocks],
    timeLevels: [Blocks], pool: ThreadPool
  ) -> Workspace {
    var scratch = transformer.scratch
    var hidden = 0
    for (index, layer) in encoders.enumerated() {
      let mirrored = decoders[decoders.count - 1 - index]
      scratch = max(
        scratch, layer.scratch(columns: levels[index].columns),
        mirrored.scratch(columns: levels[index].columns))
    }
    for (index, layer) in timeEncoders.enumerated() {
      let rows = max(layer.hiddenRows, timeDecoders[timeDecoders.count - 1 - index].hiddenRows)
      hidden = max(
        hidden,
        Blocks.floats(count: 1, channels: rows, columns: timeLevels[index].columns))
      scratch = max(scratch, layer.scratch(columns: 0))
    }
    func largest(_ levels: [Blocks]) -> FloatStorage {
      FloatStorage(
        count: levels.map {
          Blocks.floats(count: $0.count, channels: $0.channels, columns: $0.columns)
        }.max() ?? 0)
    }
    return Workspace(
      pool: pool, scratch: Scratch(threads: pool.threads, floats: scratch),
      frequency: largest(levels), time: largest(timeLevels), hidden: FloatStorage(count: hidden))
  }
}

extension Blocks {
  /// Where a spectrum's rows lie: a block for each frequency.
  var spectrumLayout: Spectrogram.Layout {
    Spectrogram.Layout(channelStride: stride, frequencyStride: blockStride)
  }
}
