import APCore
import Checkpoints
import Tensors

/// The watermark that the reference's decoder adds to all that it decodes (`wm_model` of dacvae): a causal
/// encoder reads the sound, and a decoder adds 16 bits to it, softly.
///
/// Source: San Roman and others, Proactive Detection of Voice Cloning with Localized Watermarking (2024).
package struct Watermark {
  /// Bits of a message.
  package static let bits = 16
  /// By how much each of the decoder's blocks lengthens time in its watermark.
  static let strides = CodecConfig.watermarkRates
  /// Samples of a column between the two halves.
  static let hop = CodecConfig.watermarkHop
  /// Channels between the two halves.
  private static let width = 128
  /// How loud it is.
  private static let gain: Float = 0.25

  // The encoder.
  private let first: CodecConvolution
  private let encoder: [EncoderBlock]
  private let encoderLSTM: [LSTM]
  private let bottleneck: CodecConvolution
  // The decoder.
  private let embedding: [Float]
  private let spread: CodecConvolution
  private let decoderLSTM: [LSTM]
  private let decoder: [DecoderBlock]
  private let last: CodecConvolution

  /// - Parameter weights: at the decoder.
  init(_ weights: Weights, numerics: Numerics) throws {
    let (encoderPart, decoderPart) = (
      weights["wm_model"]["encoder_block"], weights["wm_model"]["decoder_block"]
    )
    // No configuration has the width, half of which is inside the residual units.
    var channels = try encoderPart["pre"][3].size(0, of: "bias", atLeast: 2)
    let model = weights["model"]
    let blocks = Array(Watermark.strides.enumerated())
    first = try CodecConvolution(
      encoderPart["pre"][3], inputs: 1, stored: channels, kernel: 7, isCausal: true,
      numerics: numerics)
    encoder = try blocks.reversed().map { index, stride in
      defer { channels *= 2 }
      return try EncoderBlock(
        elu: model[index + 1], channels: channels, stride: stride, numerics: numerics)
    }
    encoderLSTM = try Watermark.recurrent(encoderPart["post"][0]["lstm"], channels: channels)
    bottleneck = try CodecConvolution(
      encoderPart["post"][2], inputs: channels, stored: Watermark.width, kernel: 7, isCausal: true,
      numerics: numerics)
    embedding = try weights["wm_model"]["msg_processor"]["msg_processor"].floats(
      "weight", shape: [2 * Watermark.bits, Watermark.width])
    spread = try CodecConvolution(
      decoderPart["pre"][0], inputs: Watermark.width, stored: channels, kernel: 7, isCausal: true,
      numerics: numerics)
    decoderLSTM = try Watermark.recurrent(decoderPart["pre"][1]["lstm"], channels: channels)
    decoder = try blocks.map { index, stride in
      defer { channels /= 2 }
      return try DecoderBlock(
        elu: model[index + 1], channels: channels, stride: stride, numerics: numerics)
    }
    last = try CodecConvolution(
      decoderPart["post"][1], inputs: channels, stored: 1, kernel: 7, isCausal: true,
      numerics: numerics)
  }

  private static func recurrent(_ weights: Weights, channels: Int) throws -> [LSTM] {
    let rows = 4 * channels
    return try (0..<2).map { layer in
      LSTM(
        input: try weights.floats("weight_ih_l\(layer)", shape: [rows, channels]),
        recurrent: try weights.floats("weight_hh_l\(layer)", shape: [rows, channels]),
        bias: zip(
          try weights.floats("bias_ih_l\(layer)", shape: [rows]),
          try weights.floats("bias_hh_l\(layer)", shape: [rows])
        ).map { $0 + $1 })
    }
  }

  /// Adds it to a sound.
  ///
  /// - Parameters:
  ///   - samples: a multiple of `hop`.
  ///   - message: as many as `bits`.
  ///   - columns: how many of the columns between the halves are computed in one go.
  func add(
    _ message: [Bool], to samples: inout [Float], columns: Int, _ memory: CodecMemory
  ) {
    precondition(message.count == Watermark.bits, "a message has 16 bits")
    precondition(samples.count % Watermark.hop == 0, "samples must be whole columns")
    let length = samples.count / Watermark.hop
    let tiles = stride(from: 0, to: length, by: columns).map { $0..<min($0 + columns, length) }
    let state = Blocks(count: 1, channels: encoderLSTM[0].outputs, columns: length)
    let other = Blocks(count: 1, channels: encoderLSTM[0].outputs, columns: length)
    let narrow = Blocks(count: 1, channels: Watermark.width, columns: length)
    for tile in tiles { encode(samples, tile, into: state, memory) }  // [C, T]
    run(encoderLSTM, state, other, memory)
    apply(bottleneck, after: .elu, state, other, shift: shift(message), into: narrow, memory)
    apply(spread, after: .none, narrow, narrow, into: state, memory)
    run(decoderLSTM, state, other, memory)
    for tile in tiles { decode(state, tile, into: &samples, memory) }  // [N]
  }

  /// The sum of the vectors that stand for the message's bits.
  private func shift(_ message: [Bool]) -> FloatStorage {
    FloatStorage(
      (0..<Watermark.width).map { channel in
        message.enumerated().reduce(0) { sum, bit in
          sum + embedding[(2 * bit.offset + (bit.element ? 1 : 0)) * Watermark.width + channel]
        }
      })
  }

  private func encode(
    _ samples: [Float], _ columns: Range<Int>, into state: Blocks, _ memory: CodecMemory
  ) {
    let ranges = encoder.ranges(for: columns, samples: samples.count)
    var x = first(
      memory.samples(samples, range: first.reach.around(ranges[0], length: samples.count)),
      range: ranges[0], in: .signal, memory)
    for (block, range) in zip(encoder, ranges.dropFirst()) { x = block(x, range: range, memory) }
    for channel in 0..<state.channels {
      (state.row(0, channel) + columns.lowerBound).update(
        from: x.rows.row(0, channel), count: columns.count)
    }
  }

  private func decode(
    _ state: Blocks, _ columns: Range<Int>, into samples: inout [Float], _ memory: CodecMemory
  ) {
    let range = columns.lowerBound * Watermark.hop..<columns.upperBound * Watermark.hop
    let ranges = decoder.ranges(
      for: last.reach.around(range, length: samples.count), frames: state.columns)
    var x = memory.stretch(.signal, channels: state.channels, range: ranges[0])
    for channel in 0..<state.channels {
      x.rows.row(0, channel).update(
        from: state.row(0, channel) + ranges[0].lowerBound, count: ranges[0].count)
    }
    for (block, range) in zip(decoder, ranges.dropFirst()) { x = block(x, range: range, memory) }
    x = last(memory.activate(x, .elu), range: range, in: .signal, memory)
    let row = x.rows.row(0, 0)
    for column in 0..<range.count {
      samples[range.lowerBound + column] += Watermark.gain * row[column]
    }
  }

  /// x += layers(x)
  private func run(_ layers: [LSTM], _ x: Blocks, _ hidden: Blocks, _ memory: CodecMemory) {
    layers[0](x, into: hidden, workers: memory.workers)
    layers[1](hidden, into: x, accumulate: true, workers: memory.workers)
  }

  private func apply(
    _ conv: CodecConvolution, after activation: Activation, _ x: Blocks, _ activated: Blocks,
    shift: FloatStorage? = nil, into output: Blocks, _ memory: CodecMemory
  ) {
    if activation != .none {
      memory.workers.run(x.panels) {
        activation(x.rows(0), channels: x.channels, panel: $0, into: activated.rows(0))
      }
    }
    conv.layer(
      activated, at: 0, into: output, shift: shift.map { Floats($0.base) },
      workers: memory.workers)
  }
}
