import APCore
import Checkpoints
import Tensors

/// Sound to latents (`Encoder` of dacvae and the mean of its bottleneck).
struct CodecEncoder {
  /// Latent frames of a tile. What is computed beside it costs as much as ten frames.
  static let framesOfTile = 128

  private let first: CodecConvolution
  private let blocks: [EncoderBlock]
  private let activation: Activation
  private let last: CodecConvolution
  private let mean: CodecConvolution
  private let config: CodecConfig
  private var hop: Int { config.hop }

  /// - Parameter weights: at the codec.
  init(_ weights: Weights, config: CodecConfig, numerics: Numerics) throws {
    let block = weights["encoder"]["block"]
    let count = config.encoderRates.count
    var channels = config.encoderDim
    self.config = config
    first = try CodecConvolution(
      block[0], inputs: 1, stored: channels, kernel: 7, numerics: numerics)
    blocks = try config.encoderRates.enumerated().map { index, rate in
      defer { channels *= 2 }
      return try EncoderBlock(
        snake: block[index + 1], channels: channels, stride: rate, numerics: numerics)
    }
    activation = try block[count + 1].snake(channels: channels)
    last = try CodecConvolution(
      block[count + 2], inputs: channels, stored: config.latentDim, kernel: 3,
      numerics: numerics)
    // The other half would be the scales that a sample is drawn with.
    mean = try CodecConvolution(
      weights["quantizer"]["in_proj"], inputs: config.latentDim,
      stored: 2 * config.codebookDim, outputs: config.codebookDim, kernel: 1,
      numerics: numerics)
  }

  /// The mean latent of mono samples, tile by tile: [codebookDim, ⌈N / hop⌉]. What the last frame lacks is filled by
  /// reflection.
  ///
  /// - Parameter probe: sees each stage's rows of each tile.
  func callAsFunction(
    _ samples: [Float], framesOfTile: Int = Self.framesOfTile, workers: Workers,
    _ probe: Probe? = nil
  ) -> Latent {
    let samples = filled(samples)
    let frames = samples.count / hop
    var latent = Latent(
      channels: config.codebookDim, frames: frames,
      values: Array(repeating: 0, count: config.codebookDim * frames))
    let memory = CodecMemory(workers: workers)
    for tile in Latent.tiles(of: framesOfTile, frames) {
      let mean = self(samples, frames: tile, memory, probe).rows
      for channel in 0..<latent.channels {
        let row = mean.row(0, channel)
        for column in 0..<tile.count {
          latent.values[channel * frames + tile.lowerBound + column] = row[column]
        }
      }
    }
    return latent
  }

  /// The samples with the last frame filled up: by reflection that does not repeat the last sample, or by zeros
  /// where there is too little to reflect.
  private func filled(_ samples: [Float]) -> [Float] {
    let missing = (hop - samples.count % hop) % hop
    guard missing < samples.count else {
      return samples + Array(repeating: 0, count: missing)
    }
    return samples + samples.dropLast().suffix(missing).reversed()
  }

  /// Computes some of the latent's frames.
  ///
  /// - Parameters:
  ///   - samples: whole frames.
  ///   - probe: sees each stage's rows.
  private func callAsFunction(
    _ samples: [Float], frames: Range<Int>, _ memory: CodecMemory, _ probe: Probe?
  ) -> Stretch {
    let end = last.reach.around(frames, length: samples.count / hop)
    let ranges = blocks.ranges(for: end, samples: samples.count)
    var x = first(
      memory.samples(samples, range: first.reach.around(ranges[0], length: samples.count)),
      range: ranges[0], in: .signal, memory)  // [C, N]
    probe?.show("enc_block0", x.rows)
    for (index, block) in blocks.enumerated() {
      x = block(x, range: ranges[index + 1], memory)
      probe?.show("enc_block\(index + 1)", x.rows)
    }  // [C, T]
    x = last(memory.activate(x, activation), range: frames, in: .signal, memory)
    probe?.show("enc_z", x.rows)
    return mean(x, range: frames, in: .activated, memory)
  }
}

extension [EncoderBlock] {
  /// The columns to compute before the first block and after each, for some of the last one's.
  ///
  /// - Parameter samples: columns of the whole signal before the first block.
  func ranges(for last: Range<Int>, samples: Int) -> [Range<Int>] {
    var ranges = [last]
    for (index, block) in enumerated().reversed() {
      let factor = self[..<index].reduce(1) { $0 * $1.shorten.stride }
      ranges.append(block.inputs(for: ranges[ranges.count - 1], length: samples / factor))
    }
    return ranges.reversed()
  }
}

extension CodecMemory {
  /// Some samples as a row.
  func samples(_ samples: [Float], range: Range<Int>) -> Stretch {
    let result = stretch(.activated, channels: 1, range: range)
    samples.withUnsafeBufferPointer { samples in
      guard let start = samples.baseAddress else { return }
      result.rows.row(0, 0).update(from: start + range.lowerBound, count: range.count)
    }
    return result
  }
}
