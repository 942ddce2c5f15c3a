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
  /// Frames that were decoded and may turn out to be the end, of which a part is padding.
  private var held: [Output] = []
  /// What was returned last.
  private var given = Output(frame: nil)
  private var isAtEnd = false
  private var vorbisLink = VorbisLink()
  private var tail = SoundTail()
  /// How many times pages of an Ogg file were lost before the last frame.
  private var lostPages = 0
  /// Whether silence for them is still to come.
  private var misses = false
  /// Samples of damaged packets since the last frame.
  private var lost = 0
  /// Whether no good frame has come since the last damage.
  private var isInDamage = false
  private var extent: StreamExtent

  /// Places where the file is damaged, its end not among them.
  private(set) var damages = 0
  /// What the file, read to its end, lacks there; nil where it is whole.
  private(set) var cutEnd: CutEnd?

  init(_ file: InputFile, _ options: DecodingOptions) throws(FilterError) {
    self.file = file
    isLenient = options.isLenient
    demuxer = try Demuxer(file, audioStream: options.audioStream)
    extent = StreamExtent(demuxer)
    let parameters = demuxer.stream.pointee.codecpar
    let decoder = avcodec_find_decoder(parameters?.pointee.codec_id ?? AV_CODEC_ID_NONE)
    codec = avcodec_alloc_context3(decoder)
    avcodec_parameters_to_context(codec, parameters)
    codec?.pointee.pkt_timebase = demuxer.stream.pointee.time_base
    codec?.pointee.err_recognition = Self.strictness(parameters?.pointee.codec_id)
    codec?.pointee.thread_count = Int32(options.threads)
    codec?.pointee.thread_type = FF_THREAD_FRAME
    // What libavformat would skip is wrong here, or skipped by whoever reads the edit list.
    if demuxer.isOggVorbis || demuxer.isMP3 || extent.hasWrongTag || heard != nil {
      codec?.pointee.flags2 |= AV_CODEC_FLAG2_SKIP_MANUAL
    }
    if let parameters, let reason = Self.limit(of: parameters) {
      avcodec_free_context(&codec)
      throw FilterError(
        .badInput, "\(file.description) has \(reason).", advice: "Convert it with: flac -d.")
    }
    guard decoder != nil, avcodec_open2(codec, decoder, nil) >= 0 else {
      let name = parameters.map { String(cString: avcodec_get_name($0.pointee.codec_id)) } ?? ""
      avcodec_free_context(&codec)
      throw FilterError(
        .badInput, "\(file.description) has \"\(name)\" audio, which cannot be decoded."
      )
    }
  }

  deinit {
    var packet = packet
    av_packet_free(&packet)
    av_frame_free(&given.frame)
    for index in held.indices { av_frame_free(&held[index].frame) }
    avcodec_free_context(&codec)
  }

  /// What libavcodec knows of, but cannot decode before its version 60.
  private static func limit(of parameters: UnsafeMutablePointer<AVCodecParameters>) -> String? {
    guard parameters.pointee.codec_id == AV_CODEC_ID_FLAC, avcodec_version() >> 16 < 60,
      let header = parameters.pointee.extradata, parameters.pointee.extradata_size >= 34
    else { return nil }
    let bits = Int(header[12] & 1) << 4 + Int(header[13] >> 4) + 1
    return bits > 24
      ? "FLAC of \(bits) bits per sample, which FFmpeg decodes only from version 6 on" : nil
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

  /// The parts of the sound that are to be heard; nil: all of it.
  var heard: HeardParts? { extent.heard }

  /// Whether samples are there as they are, not coded.
  var hasPlainSamples: Bool {
    let plain = AV_CODEC_ID_PCM_S16LE.rawValue..<AV_CODEC_ID_ADPCM_IMA_QT.rawValue
    return plain.contains(demuxer.stream.pointee.codecpar.pointee.codec_id.rawValue)
  }

  /// What the container says of the audio: what a file without a single sample has.
  var declared: (rate: Int, channels: Int) {
    let parameters = demuxer.stream.pointee.codecpar.pointee
    return (Int(parameters.sample_rate), Int(parameters.ch_layout.nb_channels))
  }

  /// Times at which the clock of an Ogg file jumped though nothing was lost, so far.
  var jumps: Int { extent.jumps }

  /// Bytes after the sound that are neither padding nor a tag that is known, once all of it was read.
  ///
  /// - Throws: `badInput` where they are sound all the same; `io`.
  func unknownTail() throws(FilterError) -> Int { try demuxer.unknownTail() + tail.unknownBytes }

  /// Decodes on.
  ///
  /// - Throws: `io`; `badInput` where the file is damaged or cut, unless that is to be counted.
  func read() throws(FilterError) -> Output {
    while !isAtEnd, !isEnough { try hold() }
    av_frame_free(&given.frame)
    given = held.isEmpty ? Output(frame: nil) : held.removeFirst()
    return given
  }

  /// Whether the first of the held frames can have no padding.
  private var isEnough: Bool {
    let most = demuxer.isOggVorbis ? Self.longestVorbisFrame : extent.mostPadding
    return held.dropFirst().reduce(0) { $0 + Int($1.frame?.pointee.nb_samples ?? 0) } >= most
  }

  private static let longestVorbisFrame = 8192

  /// Decodes one more frame, or ends the file.
  private func hold() throws(FilterError) {
    var output = Output(frame: av_frame_alloc())
    do {
      isAtEnd = try !decode(into: &output)
    } catch {
      av_frame_free(&output.frame)
      throw error
    }
    let links = demuxer.isOggVorbis ? demuxer.oggLinks : []
    guard !isAtEnd, let frame = output.frame else {
      av_frame_free(&output.frame)
      trim(demuxer.isOggVorbis ? vorbisLink.padding(links) : extent.padding)
      return
    }
    if vorbisLink.isPast(frame, links) {
      trim(vorbisLink.padding(links))
      vorbisLink.advance()
    }
    vorbisLink.add(Int(frame.pointee.nb_samples), lost: output.lost, links)
    held.append(output)
  }

  /// Takes padding off the end of what is held.
  private func trim(_ padding: Int) {
    var rest = padding
    while rest > 0, var last = held.last, let frame = last.frame {
      let dropped = min(rest, Int(frame.pointee.nb_samples) - last.delay)
      frame.pointee.nb_samples -= Int32(dropped)
      extent.remove(dropped)
      rest -= dropped
      guard frame.pointee.nb_samples == 0, last.lost == 0 else { return }
      av_frame_free(&last.frame)
      held.removeLast()
    }
  }

  /// - Returns: false at the end of the file.
  private func decode(into output: inout Output) throws(FilterError) -> Bool {
    guard let frame = output.frame else { return false }
    while true {
      let status = avcodec_receive_frame(codec, frame)
      switch status {
      case 0 where frame.pointee.nb_samples > 0:
        isInDamage = isInDamage && frame.pointee.decode_error_flags != 0
        if frame.pointee.decode_error_flags != 0 { try meetDamage(lost: 0) }
        let lostPages = demuxer.lostPages(before: frame.pointee.pkt_pos)
        if lostPages > self.lostPages {
          (self.lostPages, misses) = (lostPages, true)
          try meetDamage(lost: 0)
          isInDamage = false
        }
        (output.lost, output.delay) = extent.add(frame, lost: lost, isAfterLostPage: misses)
        // Only the page after the next has a time again.
        if output.lost > lost { misses = false }
        lost = 0
        return true
      case 0: continue
      case ap_averror_eagain(): try feed()
      case ap_averror_eof():
        try checkEnd()
        return false
      default: try meetDamage(lost: lostSamples)
      }
    }
  }

  /// Gives the decoder one more packet, or the news that there is none.
  private func feed() throws(FilterError) {
    guard let packet else { return }
    av_packet_unref(packet)
    var hasPacket = try readPacket(packet)
    // Such as only tell of the stream.
    while hasPacket, packet.pointee.size == 0 { hasPacket = try readPacket(packet) }
    if hasPacket { extent.add(packet) } else { try demuxer.checkSound() }
    let status = avcodec_send_packet(codec, hasPacket ? packet : nil)
    if status < 0, status != ap_averror_eof() { try meetDamage(lost: lostSamples) }
  }

  private func readPacket(_ packet: UnsafeMutablePointer<AVPacket>) throws(FilterError) -> Bool {
    do {
      let hasPacket = try demuxer.read(into: packet)
      if hasPacket { cutTail(of: packet) }
      return hasPacket
    } catch {
      guard error.code == .badInput else { throw error }
      try meetDamage(lost: 0)
      return false
    }
  }

  /// Takes away what is not sound, but a tag that libavformat does not know.
  private func cutTail(of packet: UnsafeMutablePointer<AVPacket>) {
    let isLast = extent.completes(packet)
    // The sums of all frames would take as long as to look for their headers.
    guard demuxer.isFLAC, isLast || demuxer.isAtEnd else { return }
    let size = SoundTail.flacFrameSize(packet, isLast: isLast, isTail: extent.isComplete)
    if size < packet.pointee.size { tail.cut(packet, at: size) }
  }

  /// How many samples the packet would have held.
  private var lostSamples: Int {
    guard let packet, let codec else { return 0 }
    return extent.samples(in: packet, codec)
  }
}

extension StreamDecoder {
  private func meetDamage(lost count: Int) throws(FilterError) {
    if !isInDamage { damages += 1 }
    isInDamage = true
    lost += count
    guard !isLenient else { return }
    // A packet that the end of the file cuts comes with this mark, but for samples without a header.
    if let packet, packet.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 || file.raw != nil {
      try checkEnd()
    }
    throw FilterError(
      .badInput, "\(file.description) is damaged at \(extent.time)\(place).", advice: Self.advice)
  }

  /// Holds the file's end to what its header promised.
  private func checkEnd() throws(FilterError) {
    let reason = extent.shortfall ?? demuxer.shortfall
    guard isLenient else {
      guard let reason else { return }
      throw FilterError(
        .badInput, "\(file.description) was cut short at \(extent.time): \(reason).",
        advice: Self.advice)
    }
    guard reason != nil || isInDamage else { return }
    // The damage that goes on to the end is the end's.
    if isInDamage { damages -= 1 }
    cutEnd = CutEnd(
      reason: reason, samples: demuxer.missingSamples ?? extent.missing, rate: extent.rate)
  }

  private static let advice = "Give --lenient to decode what can be read."

  private var place: String {
    let position = packet.map { $0.pointee.pos } ?? -1
    let byte = position >= 0 ? demuxer.place(of: position) : demuxer.byte
    return " (byte \(byte))"
  }
}
