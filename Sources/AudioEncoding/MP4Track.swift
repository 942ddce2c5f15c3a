internal import APCore
internal import CLibAV

/// A track of an MP4, as AAC or ALAC.
final class MP4Track: SoundSink {
  var name: String { movie.name }
  private let movie: MP4File
  private let index: Int
  private let channels: Int
  /// nil for ALAC, which holds every sample.
  private let limit: LossyLimit?
  private var encoder: UnsafeMutablePointer<AVCodecContext>?
  private var packet: UnsafeMutablePointer<AVPacket>?
  private var frame: UnsafeMutablePointer<AVFrame>?
  /// Frames of sound that wait in `frame`.
  private var filled = 0
  /// Those that the encoder has.
  private var position = 0

  init(
    _ movie: MP4File, index: Int, format: SoundFormat, rate: Int, channels: Int
  ) throws(FilterError) {
    self.movie = movie
    self.index = index
    self.channels = channels
    limit =
      format.isLossy
      ? LossyLimit(name: movie.name, container: format.container, channels: channels) : nil
    try openEncoder(format, rate: rate)
    frame = av_frame_alloc()
    packet = movie.functions.av_packet_alloc()
    guard let frame, let encoder, packet != nil else { throw movie.lacksMemory }
    frame.pointee.nb_samples = encoder.pointee.frame_size
    frame.pointee.format = encoder.pointee.sample_fmt.rawValue
    frame.pointee.sample_rate = Int32(rate)
    av_channel_layout_copy(&frame.pointee.ch_layout, &encoder.pointee.ch_layout)
    guard av_frame_get_buffer(frame, 0) >= 0 else { throw movie.lacksMemory }
  }

  deinit {
    movie.functions.avcodec_free_context(&encoder)
    movie.functions.av_packet_free(&packet)
    av_frame_free(&frame)
  }

  private func openEncoder(_ format: SoundFormat, rate: Int) throws(FilterError) {
    let codec = movie.functions.avcodec_find_encoder(
      format.isLossy ? AV_CODEC_ID_AAC : AV_CODEC_ID_ALAC)
    encoder = movie.functions.avcodec_alloc_context3(codec)
    guard codec != nil, let encoder else {
      throw FilterError(
        .unavailable, "This libavcodec cannot encode \(format.isLossy ? "AAC" : "ALAC").",
        advice: "Choose \(format.isLossy ? "opus" : "flac").")
    }
    av_channel_layout_default(&encoder.pointee.ch_layout, Int32(channels))
    encoder.pointee.sample_rate = Int32(rate)
    encoder.pointee.time_base = AVRational(num: 1, den: Int32(rate))
    encoder.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
    encoder.pointee.thread_count = 1
    switch format.samples {
    case .int16: encoder.pointee.sample_fmt = AV_SAMPLE_FMT_S16P
    case .int24:
      encoder.pointee.sample_fmt = AV_SAMPLE_FMT_S32P
      encoder.pointee.bits_per_raw_sample = 24
    case .float32, nil:
      encoder.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
      encoder.pointee.bit_rate = Int64(
        format.bitRate ?? SoundFormat.usualAACBitRate(rate: rate, channels: channels))
    }
    try movie.check(movie.functions.avcodec_open2(encoder, codec, nil))
  }

  /// Tells a stream of the file what it holds.
  func describe(_ parameters: UnsafeMutablePointer<AVCodecParameters>) throws(FilterError) {
    try movie.check(movie.functions.avcodec_parameters_from_context(parameters, encoder))
  }

  func write(_ samples: Span<Float>) throws(FilterError) {
    try limit?.check(samples, after: (position + filled) * channels)
    try put(samples)
  }

  func write(_ samples: Span<Int16>) throws(FilterError) { try put(samples) }

  func write(_ samples: Span<Int32>) throws(FilterError) { try put(samples) }

  func finish() throws(FilterError) {
    guard position + filled > 0 else {
      throw FilterError(
        .badInput, "The stream has no sound, and an MP4 without any cannot be read.",
        advice: "Choose wav or ogg.")
    }
    if filled > 0 { try encodeFrame() }
    try encode(nil)
    try movie.endTrack()
  }

  private func put<Sample: BitwiseCopyable>(_ samples: Span<Sample>) throws(FilterError) {
    guard let frame, let encoder else { return }
    let size = Int(encoder.pointee.frame_size)
    var next = 0
    while next < samples.count {
      // The encoder may still hold what it was given.
      guard filled > 0 || av_frame_make_writable(frame) >= 0 else { throw movie.lacksMemory }
      let count = min((samples.count - next) / channels, size - filled)
      for channel in 0..<channels {
        let plane = UnsafeMutableRawPointer(frame.pointee.extended_data[channel])
        guard let plane = plane?.assumingMemoryBound(to: Sample.self) else { continue }
        for index in 0..<count {
          plane[filled + index] = samples[next + index * channels + channel]
        }
      }
      filled += count
      next += count * channels
      if filled == size { try encodeFrame() }
    }
  }

  private func encodeFrame() throws(FilterError) {
    frame?.pointee.nb_samples = Int32(filled)
    frame?.pointee.pts = Int64(position)
    try encode(frame)
    position += filled
    filled = 0
  }

  /// - Parameter frame: nil at the end.
  private func encode(_ frame: UnsafeMutablePointer<AVFrame>?) throws(FilterError) {
    guard let encoder, let packet else { return }
    try movie.check(movie.functions.avcodec_send_frame(encoder, frame))
    while true {
      let status = movie.functions.avcodec_receive_packet(encoder, packet)
      if status == ap_averror_eagain() || status == ap_averror_eof() { return }
      try movie.check(status)
      try movie.write(packet, track: index, clock: encoder.pointee.time_base)
    }
  }
}
