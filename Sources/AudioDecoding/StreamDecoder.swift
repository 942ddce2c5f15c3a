internal import APCore
internal import CLibAV

/// Turns a file's packets into frames of samples, as its codec made them, encoder delay and padding
/// taken off.
final class StreamDecoder {
  /// What the decoder gives: the samples, and before them what damage took away.
  struct Output {
    /// Samples in the codec's own format, valid until the next call; nil at the end of the file.
    var frame: UnsafeMutablePointer<AVFrame>?
    /// Samples that could not be decoded just before `frame`, a channel.
    var lost = 0
    /// Samples at the start of `frame` that are the encoder's delay, a channel.
    var delay = 0
  }

  let demuxer: Demuxer
  /// Whether damage is counted instead of thrown.
  private let isLenient: Bool
  private let file: InputFile
  private let packet = av_packet_alloc()
  private var codec: UnsafeMutablePointer<AVCodecContext>?
  /// The frame that was decoded last: only with the next one is it known not to be the file's last.
  private var held = Output(frame: av_frame_alloc())
  private var spare = Output(frame: av_frame_alloc())
  private var isHolding = false
  private var isAtEnd = false
  /// Samples of damaged packets since the last frame.
  private var lost = 0
  private var extent: StreamExtent

  /// Places where the file is damaged.
  private(set) var damages = 0

  init(_ file: InputFile, audioStream: Int?, isLenient: Bool) throws(FilterError) {
    self.file = file
    self.isLenient = isLenient
    demuxer = try Demuxer(file, audioStream: audioStream)
    extent = StreamExtent(demuxer)
    let parameters = demuxer.stream.pointee.codecpar
    let decoder = avcodec_find_decoder(parameters?.pointee.codec_id ?? AV_CODEC_ID_NONE)
    codec = avcodec_alloc_context3(decoder)
    avcodec_parameters_to_context(codec, parameters)
    codec?.pointee.pkt_timebase = demuxer.stream.pointee.time_base
    codec?.pointee.err_recognition = Self.strictness(parameters?.pointee.codec_id)
    // What libavformat would skip is wrong here.
    if demuxer.isOggVorbis || extent.hasWrongTag {
      codec?.pointee.flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL
    }
    guard decoder != nil, avcodec_open2(codec, decoder, nil) >= 0 else {
      let name = parameters.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? ""
      avcodec_free_context(&codec)
      throw FilterError(
        .badInput, "\(file.description) has audio of the kind \"\(name)\", which cannot be decoded."
      )
    }
  }

  deinit {
    var packet = packet
    av_packet_free(&packet)
    av_frame_free(&held.frame)
    av_frame_free(&spare.frame)
    avcodec_free_context(&codec)
  }

  /// Lossless codecs have checksums that hold, but libavcodec gives what fails them all the same
  /// unless told. Encoders of others write wrong ones.
  private static func strictness(_ codec: AVCodecID?) -> Int32 {
    let lossless = [
      AV_CODEC_ID_FLAC, AV_CODEC_ID_WAVPACK, AV_CODEC_ID_TTA, AV_CODEC_ID_APE, AV_CODEC_ID_ALAC,
    ]
    let explodes = lossless.contains { $0 == codec }
    return AV_EF_CRCCHECK | (explodes ? AV_EF_EXPLODE : 0)
  }

  /// What the container says of the audio: what a file without a single sample has.
  var declared: (rate: Int, channels: Int) {
    let parameters = demuxer.stream.pointee.codecpar.pointee
    return (Int(parameters.sample_rate), Int(parameters.ch_layout.nb_channels))
  }

  /// Decodes on.
  ///
  /// - Throws: `io`; `badInput` where the file is damaged or cut, unless that is to be counted.
  func read() throws(FilterError) -> Output {
    if !isHolding { isHolding = try decode(into: &held) }
    guard isHolding, let frame = held.frame else {
      return Output(frame: nil, lost: held.lost)
    }
    isHolding = try decode(into: &spare)
    if !isHolding { extent.trimLast(frame, to: demuxer.vorbisLength) }
    swap(&held, &spare)
    return spare
  }

  /// - Returns: false at the end of the file.
  private func decode(into output: inout Output) throws(FilterError) -> Bool {
    guard let frame = output.frame else { return false }
    while true {
      let status = avcodec_receive_frame(codec, frame)
      switch status {
      case 0 where frame.pointee.nb_samples > 0:
        if frame.pointee.decode_error_flags != 0 { try meetDamage(lost: 0) }
        (output.lost, output.delay) = extent.add(frame, lost: lost)
        if lost == 0, output.lost > 0 { try meetDamage(lost: 0) }
        lost = 0
        return true
      case 0: continue
      case ap_averror_eagain(): try feed()
      case ap_averror_eof():
        if !isAtEnd { try checkEnd() }
        isAtEnd = true
        output.lost = lost
        return false
      default: try meetDamage(lost: lostSamples)
      }
    }
  }

  /// Gives the decoder one more packet, or the news that there is none.
  private func feed() throws(FilterError) {
    guard let packet else { return }
    av_packet_unref(packet)
    let hasPacket = try readPacket(packet)
    if hasPacket { extent.add(packet) }
    let status = avcodec_send_packet(codec, hasPacket ? packet : nil)
    if status < 0, status != ap_averror_eof() { try meetDamage(lost: lostSamples) }
  }

  private func readPacket(_ packet: UnsafeMutablePointer<AVPacket>) throws(FilterError) -> Bool {
    do {
      return try demuxer.read(into: packet)
    } catch {
      guard error.code == .badInput else { throw error }
      try meetDamage(lost: 0)
      return false
    }
  }

  /// How many samples the packet would have held.
  private var lostSamples: Int {
    guard let packet, let codec else { return 0 }
    return extent.samples(in: packet, codec)
  }
}

extension StreamDecoder {
  private func meetDamage(lost count: Int) throws(FilterError) {
    damages += 1
    lost += count
    guard !isLenient else { return }
    // A packet that the end of the file cuts comes with this mark.
    if let packet, packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0, extent.shortfall != nil {
      try checkEnd()
    }
    throw FilterError(
      .badInput, "\(file.description) is damaged at \(extent.time)\(place).", advice: Self.advice)
  }

  /// Holds the file's end to what its header promised.
  private func checkEnd() throws(FilterError) {
    guard let reason = extent.shortfall ?? demuxer.shortfall else { return }
    damages += 1
    guard !isLenient else { return }
    throw FilterError(
      .badInput, "\(file.description) was cut at \(extent.time): \(reason).", advice: Self.advice)
  }

  private static let advice = "Give --lenient to take what can be read."

  private var place: String {
    let byte = packet.map { $0.pointee.pos >= 0 ? $0.pointee.pos : demuxer.byte } ?? demuxer.byte
    return " (byte \(byte))"
  }
}
