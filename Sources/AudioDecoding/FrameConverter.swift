internal import APCore
internal import CLibAV
internal import Resampling

/// Brings a codec's frames to interleaved float, and to the stream's rate and channel count.
///
/// A file may change its rate, channels or sample format on the way (a broadcast does): all of it
/// goes out in one shape.
final class FrameConverter {
  private struct Format: Equatable {
    var sample: Int32
    var rate: Int
    var channels: Int
    var mask: UInt64?

    init(_ frame: UnsafeMutablePointer<AVFrame>) {
      sample = frame.pointee.format
      rate = Int(frame.pointee.sample_rate)
      channels = Int(frame.pointee.ch_layout.nb_channels)
      let layout = frame.pointee.ch_layout
      mask = layout.order == AV_CHANNEL_ORDER_NATIVE ? layout.u.mask : nil
    }
  }

  /// Frames a second that go out.
  let rate: Int
  /// Channels that go out.
  let channels: Int
  private var format: Format?
  /// An `SwrContext` that changes the sample format only.
  private var context: OpaquePointer?
  /// nil where only the sample format changes.
  private var resampler: Resampler?
  private var scratch: [Float] = []

  init(rate: Int, channels: Int) {
    self.rate = rate
    self.channels = channels
  }

  deinit { swr_free(&context) }

  /// Output frames of silence that stand for lost samples, so far.
  private(set) var silentFrames = 0

  /// Appends a frame to `output`.
  ///
  /// - Parameters:
  ///   - delay: samples at its start that are left out, a channel.
  ///   - lost: samples of silence before it, a channel.
  func convert(
    _ frame: UnsafeMutablePointer<AVFrame>, delay: Int, lost: Int, into output: inout [Float]
  ) throws(FilterError) {
    let format = Format(frame)
    if format != self.format { try change(to: format, frame, &output) }
    convertSilence(lost, into: &output)
    let count = Int(frame.pointee.nb_samples)
    guard count > 0 else { return }
    let dropped = min(delay, count) * format.channels
    guard let resampler else {
      let start = output.count
      try append(frame, format, to: &output)
      return output.removeSubrange(start..<start + dropped)
    }
    scratch.removeAll(keepingCapacity: true)
    try append(frame, format, to: &scratch)
    let samples = scratch
    resampler.push(samples.span.extracting(dropped...), into: &output)
  }

  private func append(
    _ frame: UnsafeMutablePointer<AVFrame>, _ format: Format, to samples: inout [Float]
  ) throws(FilterError) {
    let count = frame.pointee.nb_samples
    var status: Int32 = 0
    samples.append(addingCapacity: Int(count) * format.channels) { added in
      added.withUnsafeMutableBufferPointer { place, size in
        var target = UnsafeMutableRawPointer(place.baseAddress)?
          .assumingMemoryBound(to: UInt8.self)
        status = frame.pointee.extended_data.withMemoryRebound(
          to: UnsafePointer<UInt8>?.self, capacity: format.channels
        ) {
          swr_convert(context, &target, count, $0, count)
        }
        size = max(0, Int(status)) * format.channels
      }
    }
    guard status == count else {
      throw FilterError(.software, "libswresample failed: \(LibAV.words(for: status)).")
    }
  }

  /// Appends the end: what was in the resampler's filter.
  func finish(into output: inout [Float]) {
    resampler?.finish(into: &output)
    resampler = nil
  }

  private func convertSilence(_ count: Int, into output: inout [Float]) {
    guard let format, count > 0 else { return }
    silentFrames += Resampler.outputFrames(count, from: format.rate, to: rate)
    var rest = count
    while rest > 0 {
      let block = min(rest, 4096)
      let silence = [Float](repeating: 0, count: block * format.channels)
      output += resampler?.push(silence) ?? silence
      rest -= block
    }
  }

  private func change(
    to format: Format, _ frame: UnsafeMutablePointer<AVFrame>, _ output: inout [Float]
  ) throws(FilterError) {
    finish(into: &output)
    swr_free(&context)
    let status = swr_alloc_set_opts2(
      &context, &frame.pointee.ch_layout, AV_SAMPLE_FMT_FLT, Int32(format.rate),
      &frame.pointee.ch_layout, AVSampleFormat(format.sample), Int32(format.rate), 0, nil)
    guard status >= 0, swr_init(context) >= 0 else {
      throw FilterError(
        .badInput, "The audio has \(format.channels) channels in a layout that cannot be read.")
    }
    let isOwn = format.rate == rate && format.channels == channels
    resampler =
      isOwn
      ? nil
      : try Resampler(
        from: format.rate, channels: format.channels, to: rate, channels: channels,
        layout: format.mask)
    self.format = format
  }
}
