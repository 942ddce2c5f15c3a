import APCore
import Checkpoints
internal import Glibc
import Tensors

/// Latents to sound (`Decoder` of dacvae, without its watermark).
struct CodecDecoder {
  private let project: CodecConvolution
  private let first: CodecConvolution
  private let blocks: [DecoderBlock]
  private let activation: Activation
  private let last: CodecConvolution
  private let hop: Int

  /// - Parameter weights: at the codec.
  init(_ weights: Weights, config: CodecConfig, numerics: Numerics) throws {
    let model = weights["decoder"]["model"]
    var channels = config.decoderDim
    hop = config.hop
    project = try CodecConvolution(
      weights["quantizer"]["out_proj"], inputs: config.codebookDim, stored: config.latentDim,
      kernel: 1, numerics: numerics)
    first = try CodecConvolution(
      model[0], inputs: config.latentDim, stored: channels, kernel: 7,
      numerics: numerics)
    blocks = try config.decoderRates.enumerated().map { index, rate in
      defer { channels /= 2 }
      return try DecoderBlock(
        snake: model[index + 1], channels: channels, stride: rate, numerics: numerics)
    }
    // The output layer is stored with the watermark, whose encoder reads what comes out.
    let output = weights["decoder"]["wm_model"]["encoder_block"]["pre"]
    activation = try output[0].snake(channels: channels)
    last = try CodecConvolution(
      output[1], inputs: channels, stored: 1, kernel: 7, numerics: numerics)
  }

  /// Computes the sound of some frames.
  ///
  /// - Parameters:
  ///   - samples: of all frames; theirs are written.
  ///   - probe: sees each stage's rows.
  func callAsFunction(
    _ latent: Latent, frames: Range<Int>, into samples: inout [Float], _ memory: CodecMemory,
    _ probe: Probe?
  ) {
    let range = frames.lowerBound * hop..<frames.upperBound * hop
    let end = last.reach.around(range, length: latent.frames * hop)
    let ranges = blocks.ranges(for: end, frames: latent.frames)
    let read = first.reach.around(ranges[0], length: latent.frames)
    var x = project(memory.latent(latent, range: read), range: read, in: .signal, memory)
    probe?.show("dec_out_proj", x.rows)
    x = first(x, range: ranges[0], in: .activated, memory)  // [C, T]
    probe?.show("dec_block0", x.rows)
    for (index, block) in blocks.enumerated() {
      x = block(x, range: ranges[index + 1], memory)
      probe?.show("dec_block\(index + 1)", x.rows)
    }  // [C, N]
    x = last(memory.activate(x, activation), range: range, in: .signal, memory)  // [1, N]
    let row = x.rows.row(0, 0)
    for column in 0..<range.count { samples[range.lowerBound + column] = tanh(row[column]) }
  }
}

extension [DecoderBlock] {
  /// The columns to compute before the first block and after each, so that some of the last one's are right.
  ///
  /// - Parameter frames: columns of the whole signal before the first block.
  func ranges(for last: Range<Int>, frames: Int) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var needed = last
    for (index, block) in enumerated().reversed() {
      let length = frames * self[..<index].reduce(1) { $0 * $1.expand.factor }
      let computed = block.computed(for: needed, length: length * block.expand.factor)
      ranges.append(computed)
      needed = block.inputs(for: computed, length: length)
    }
    return [needed] + ranges.reversed()
  }
}

extension CodecMemory {
  /// Some frames of a latent.
  func latent(_ latent: Latent, range: Range<Int>) -> Stretch {
    let result = stretch(.activated, channels: latent.channels, range: range)
    latent.values.withUnsafeBufferPointer { values in
      guard let start = values.baseAddress else { return }
      for channel in 0..<latent.channels {
        result.rows.row(0, channel).update(
          from: start + (channel * latent.frames + range.lowerBound), count: range.count)
      }
    }
    return result
  }
}
