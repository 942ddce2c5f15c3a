package import APCore
internal import CLibAV

/// Brings interleaved float audio to another sample rate and channel count, block by block.
///
/// Output frame `k` is the input at time `k / outRate`: the filter's delay is taken out, so nothing
/// shifts. After ``finish()``, `n` input frames have given exactly ``outputFrames(_:from:to:)`` frames,
/// and the same ones however the input was cut into blocks. Before its start and after its end the
/// input counts as silence. With equal rates and channel counts every sample passes unchanged.
///
/// Mono becomes stereo by copying, stereo becomes mono by averaging. Other channel counts are mixed
/// by libswresample's matrix, scaled so that full-scale input cannot exceed full scale.
package final class Resampler {
  /// Frames a second that come in and go out.
  package let inRate: Int, outRate: Int
  /// Channels that come in and go out.
  package let inChannels: Int, outChannels: Int

  /// An `SwrContext`; nil where samples pass unchanged.
  private var context: OpaquePointer?
  private var scratch: [Float] = []
  private var framesIn = 0
  private var framesOut = 0
  /// Output frames that stand for the silence before the first frame, still to be dropped.
  private var leadToDrop = 0

  /// - Parameters:
  ///   - inRate: frames a second of the input.
  ///   - inChannels: channels of the input, interleaved.
  ///   - outRate: frames a second of the output.
  ///   - outChannels: channels of the output.
  ///   - layout: which speakers the input's channels are, as libav's channel mask; nil: the usual
  ///     ones for that count.
  /// - Throws: `badInput` for rates more than 256:1 apart, as no usual sound's is from one that can be asked for, and for
  ///   channels that have no mix; `usage` for a number of output channels that no sound has a mix for.
  package init(
    from inRate: Int, channels inChannels: Int, to outRate: Int, channels outChannels: Int,
    layout: UInt64? = nil
  ) throws(FilterError) {
    precondition(inRate > 0 && outRate > 0, "inRate and outRate must be positive")
    precondition(inChannels > 0 && outChannels > 0, "inChannels and outChannels must be positive")
    self.inRate = inRate
    self.outRate = outRate
    self.inChannels = inChannels
    self.outChannels = outChannels
    guard inRate != outRate || inChannels != outChannels else { return }
    guard max(inRate, outRate) / min(inRate, outRate) <= 256, max(inRate, outRate) <= 1 << 24 else {
      throw FilterError(
        .badInput, "The rates \(inRate) Hz and \(outRate) Hz are too far apart to convert.",
        advice: "Choose a closer one with --rate.")
    }
    context = try open(layout: layout)
    if inRate != outRate { primeWithSilence() }
  }

  deinit { swr_free(&context) }

  /// The frame count that `frames` input frames become: `ceil(frames · outRate / inRate)`, or `Int.max` where that is more,
  /// as it can be of a length that somebody only claims.
  package static func outputFrames(_ frames: Int, from inRate: Int, to outRate: Int) -> Int {
    let (whole, rest) = frames.quotientAndRemainder(dividingBy: inRate)
    let (product, isTooLarge) = whole.multipliedReportingOverflow(by: outRate)
    let (sum, isSumTooLarge) = product.addingReportingOverflow(
      (rest * outRate + inRate - 1) / inRate)
    return isTooLarge || isSumTooLarge ? .max : sum
  }

  /// Takes the next frames and appends those that are ready to `output`.
  ///
  /// - Parameters:
  ///   - frames: interleaved samples, a whole number of frames.
  ///   - output: where interleaved samples at the new rate and channel count are appended.
  package func push(_ frames: Span<Float>, into output: inout [Float]) {
    precondition(frames.count.isMultiple(of: inChannels), "frames must be whole")
    framesIn += frames.count / inChannels
    frames.withUnsafeBufferPointer { samples in
      if context == nil {
        framesOut = framesIn
        output.append(contentsOf: samples)
      } else {
        let block = Self.blockFrames * inChannels
        for start in stride(from: 0, to: samples.count, by: block) {
          let end = min(start + block, samples.count)
          convert(UnsafeBufferPointer(rebasing: samples[start..<end]), into: &output)
        }
      }
    }
  }

  /// Takes the next interleaved frames and returns those that are ready.
  package func push(_ frames: [Float]) -> [Float] {
    var output: [Float] = []
    push(frames.span, into: &output)
    return output
  }

  /// Ends the input and appends the frames that were still in the filter to `output`.
  ///
  /// Nothing may be pushed afterwards.
  package func finish(into output: inout [Float]) {
    let expected = Self.outputFrames(framesIn, from: inRate, to: outRate)
    guard context != nil, framesOut < expected else { return }
    let silence = [Float](repeating: 0, count: Self.blockFrames * inChannels)
    while framesOut < expected {
      silence.withUnsafeBufferPointer { convert($0, into: &output) }
    }
    output.removeLast((framesOut - expected) * outChannels)
    framesOut = expected
  }

  /// Ends the input and returns the frames that were still in the filter.
  package func finish() -> [Float] {
    var output: [Float] = []
    finish(into: &output)
    return output
  }
}

extension Resampler {
  /// Taps of the interpolation filter at the lower rate: flat to 0.92 of the lower rate's half, where
  /// libswresample's own 32 taps already cut 3 dB at 17 kHz for 44.1 kHz.
  private static let taps = 128
  private static let blockFrames = 8192

  private func open(layout mask: UInt64?) throws(FilterError) -> OpaquePointer {
    var inLayout = AVChannelLayout()
    var outLayout = AVChannelLayout()
    av_channel_layout_default(&outLayout, Int32(outChannels))
    if inChannels == outChannels {
      inLayout = outLayout
    } else if let mask, mask.nonzeroBitCount == inChannels {
      av_channel_layout_from_mask(&inLayout, mask)
    } else {
      av_channel_layout_default(&inLayout, Int32(inChannels))
    }
    // Asked before libswresample is, which would say it in words of its own.
    guard inChannels == outChannels || inLayout.order != AV_CHANNEL_ORDER_UNSPEC else {
      throw noMix(.badInput)
    }
    guard inChannels == outChannels || outLayout.order != AV_CHANNEL_ORDER_UNSPEC else {
      throw noMix(.usage)
    }

    var context: OpaquePointer?
    var status = swr_alloc_set_opts2(
      &context, &outLayout, AV_SAMPLE_FMT_FLT, Int32(outRate), &inLayout, AV_SAMPLE_FMT_FLT,
      Int32(inRate), 0, nil)
    if status >= 0, let context {
      let options = UnsafeMutableRawPointer(context)
      av_opt_set_int(options, "filter_size", Int64(Self.taps), 0)
      // Interpolates between phases where a ratio has more of them than the filter bank.
      av_opt_set_int(options, "linear_interp", 1, 0)
      av_opt_set_double(options, "rematrix_maxval", 1, 0)
      if inChannels == 1, outChannels == 2 {
        // The default would take 3 dB from a mono track.
        swr_set_matrix(context, [1, 1], 1)
      }
      status = swr_init(context)
    }
    guard status >= 0, let context else {
      swr_free(&context)
      throw noMix(.badInput)
    }
    return context
  }

  private func noMix(_ code: FilterError.Code) -> FilterError {
    FilterError(
      code, "\(inChannels) channels cannot be mixed to \(outChannels).",
      advice: code == .usage
        ? "Give ap-decode another number of --channels, or none."
        : "Choose some of them first, as with ffmpeg's filter pan.")
  }

  /// libswresample mirrors the first frames to start its filter, and gives nothing at all for inputs
  /// shorter than that. Silence before the input, whose output is a whole number of frames and is
  /// dropped, does away with both.
  private func primeWithSilence() {
    var (a, b) = (inRate, outRate)
    while b != 0 { (a, b) = (b, a % b) }
    let period = inRate / a
    let reach = Self.taps * max(1, (inRate + outRate - 1) / outRate)
    let lead = (reach + period - 1) / period * period
    leadToDrop = lead / period * (outRate / a)

    var nothing: [Float] = []
    let silence = [Float](repeating: 0, count: Self.blockFrames * inChannels)
    for start in stride(from: 0, to: lead, by: Self.blockFrames) {
      let frames = min(Self.blockFrames, lead - start)
      silence.withUnsafeBufferPointer {
        convert(UnsafeBufferPointer(rebasing: $0[..<(frames * inChannels)]), into: &nothing)
      }
    }
  }

  private func convert(_ samples: UnsafeBufferPointer<Float>, into output: inout [Float]) {
    let frames = Int32(samples.count / inChannels)
    guard frames > 0 else { return }
    let room = Int(swr_get_out_samples(context, frames))
    if scratch.count < room * outChannels {
      scratch = [Float](repeating: 0, count: room * outChannels)
    }
    let produced = samples.withMemoryRebound(to: UInt8.self) { source in
      scratch.withUnsafeMutableBytes { target in
        var from: UnsafePointer<UInt8>? = source.baseAddress
        var to: UnsafeMutablePointer<UInt8>? = target.bindMemory(to: UInt8.self).baseAddress
        return swr_convert(context, &to, Int32(room), &from, frames)
      }
    }
    precondition(produced >= 0, "swr_convert failed on an open context")
    let dropped = min(leadToDrop, Int(produced))
    leadToDrop -= dropped
    framesOut += Int(produced) - dropped
    output.append(contentsOf: scratch[(dropped * outChannels)..<(Int(produced) * outChannels)])
  }
}
