internal import APCore
internal import CLibAV
internal import Resampling
internal import SystemPackage

/// Takes one audio stream's packets out of a file.
final class Demuxer {
  let stream: UnsafeMutablePointer<AVStream>
  /// libavformat's names of the format, such as `mov,mp4,m4a`.
  let formats: Set<Substring>
  /// The parts of the stream that are heard; nil: all of it.
  let heard: HeardParts?
  private(set) var context: UnsafeMutablePointer<AVFormatContext>?
  private let input: LibAVInput
  private let file: InputFile
  /// Tags that stand at the file's end, where only the whole file shows them.
  private var endMetadata: OpaquePointer?
  private var hasPackets = false

  /// - Parameter number: which of the file's audio streams, from 0; nil: the default one.
  init(_ file: InputFile, audioStream number: Int?) throws(FilterError) {
    self.file = file
    var input = try LibAVInput(file, sorting: !file.isRegular && file.raw == nil)
    var context = try Self.open(file, input)
    if file.isRegular, Self.frameFormats.contains(Self.name(of: context)) {
      av_dict_copy(&endMetadata, context?.pointee.metadata, 0)
      avformat_close_input(&context)
      input = try LibAVInput(file, sorting: true)
      context = try Self.open(file, input)
    }
    guard let context else { throw Self.failure(opening: file, input, 0) }
    (self.input, self.context) = (input, context)
    formats = Set(Self.name(of: context).split(separator: ","))
    if input.walk.ignoresLength {
      av_opt_set_int(context, "ignore_length", 1, AV_OPT_SEARCH_CHILDREN)
    }
    if !formats.isDisjoint(with: ["wav", "w64"]) {
      for stream in Self.streams(of: context) { PCMContainer.correct(stream, head: input.head) }
    }
    do throws(FilterError) {
      stream = try Self.select(number, in: context, file, input)
      heard = try HeardParts(stream, of: input)
    } catch {
      avformat_close_input(&self.context)
      throw error
    }
    Self.discardAll(but: stream, in: context)
  }

  deinit {
    avformat_close_input(&context)
    av_dict_free(&endMetadata)
  }

  /// Reads the stream's next packet.
  ///
  /// - Returns: false at the end of the file.
  /// - Throws: `io`; `badInput` where the container is damaged.
  func read(into packet: UnsafeMutablePointer<AVPacket>) throws(FilterError) -> Bool {
    while true {
      let status = av_read_frame(context, packet)
      if let error = input.error { throw error }
      if status == ap_averror_eof() { return false }
      guard status >= 0 else {
        throw FilterError(
          .badInput, "\(file.description) is damaged: \(LibAV.words(for: status)).")
      }
      if packet.pointee.stream_index == stream.pointee.index {
        hasPackets = true
        if formats.contains("matroska") { correctPadding(of: packet) }
        return true
      }
      av_packet_unref(packet)
    }
  }

  /// Whether the file has been read to its end. Packets of a parser that has held them back may still come.
  var isAtEnd: Bool { context?.pointee.pb.map { $0.pointee.eof_reached != 0 } ?? false }

  /// Refuses a QuickTime movie whose samples are in another file: libavformat gives none of them.
  ///
  /// - Throws: `badInput`.
  func checkSound() throws(FilterError) {
    guard !hasPackets, formats.contains("mov"), avformat_index_get_entries_count(stream) > 0,
      shortfall == nil
    else { return }
    throw FilterError(
      .badInput, "\(file.description) does not hold its sound: it names another file that does.",
      advice: "Give that file instead.")
  }

  /// Opus always decodes to 48,000 Hz. Matroska may tell the rate that was encoded instead, by which
  /// libavformat counts the padding at the end.
  private func correctPadding(of packet: UnsafeMutablePointer<AVPacket>) {
    let parameters = stream.pointee.codecpar.pointee
    guard parameters.codec_id == AV_CODEC_ID_OPUS, parameters.sample_rate > 0,
      let data = av_packet_get_side_data(packet, AV_PKT_DATA_SKIP_SAMPLES, nil)
    else { return }
    // Skipped samples and discarded ones, little-endian.
    for offset in [0, 4] {
      let count = UnsafeRawPointer(data).loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      let samples = Int(UInt32(littleEndian: count)) * 48_000 / Int(parameters.sample_rate)
      let corrected = UInt32(clamping: samples).littleEndian
      UnsafeMutableRawPointer(data).storeBytes(of: corrected, toByteOffset: offset, as: UInt32.self)
    }
  }

  /// The tags of the file as a whole.
  var metadata: OpaquePointer? { endMetadata ?? context?.pointee.metadata }

  /// The tag in which iTunes tells an encoder's delay and padding.
  var iTunesTag: String? {
    av_dict_get(metadata, "iTunSMPB", nil, 0).map { String(cString: $0.pointee.value) }
  }

  /// What an MP3 says of its length, delay and padding.
  var lameHeader: LameHeader? {
    isMP3 ? LameHeader(input.head, iTunesTag: iTunesTag) : nil
  }

  /// Whether the file is FLAC and nothing else.
  private(set) lazy var isFLAC = formats == ["flac"]

  /// Whether the file is MP3 and nothing else.
  private(set) lazy var isMP3 = formats == ["mp3"]

  /// The samples that a Matroska file says come before the sound. A decoder of Opus drops them itself.
  var codecDelay: Int {
    let parameters = stream.pointee.codecpar.pointee
    let isTold = formats.contains("matroska") && parameters.codec_id != AV_CODEC_ID_OPUS
    return isTold ? max(0, Int(parameters.initial_padding)) : 0
  }

  /// Whether the stream is AAC in an MP4.
  var isMP4WithAAC: Bool {
    formats.contains("mov") && stream.pointee.codecpar.pointee.codec_id == AV_CODEC_ID_AAC
  }

  /// Whether the stream is Ogg Vorbis, whose last packet libavformat cuts at the wrong place if the
  /// file has one page of sound only.
  private(set) lazy var isOggVorbis =
    formats == ["ogg"] && stream.pointee.codecpar.pointee.codec_id == AV_CODEC_ID_VORBIS

  /// The stream's logical bitstreams in an Ogg file, one after the other, as far as it has been read.
  var oggLinks: [OggPages.Link] { input.pages?.links(of: Int(stream.pointee.index)) ?? [] }

  /// How many times pages of an Ogg file were lost before a byte.
  func lostPages(before byte: Int64) -> Int { input.pages?.losses(before: byte) ?? 0 }

  /// Why the file, read to its end, must have been longer; nil where nothing says so.
  var shortfall: String? {
    if let raw = file.raw {
      let rest = Int(input.size) % raw.frameBytes
      return rest == 0 ? nil : "its last frame has \(rest) of \(raw.frameBytes) bytes"
    }
    if let end = input.walk.soundEnd, input.size < end {
      return "its header promises \(end) bytes, not \(input.size)"
    }
    if input.pages != nil, oggLinks.last?.end == nil { return "its last page is missing" }
    guard let bytes = MatroskaHeader.promisedBytes(input.head), input.size < bytes else {
      return nil
    }
    return "its header promises \(bytes) bytes, not \(input.size)"
  }

  /// Samples a channel that the file, read to its end, must have had beyond it; nil where its bytes do not say.
  var missingSamples: Int? {
    let parameters = stream.pointee.codecpar.pointee
    let bits =
      Int64(av_get_exact_bits_per_sample(parameters.codec_id))
      * Int64(parameters.ch_layout.nb_channels)
    guard !formats.isDisjoint(with: Self.sampleFormats), bits > 0,
      let end = input.walk.soundEnd, input.size < end
    else { return nil }
    let (missingBits, isEndless) = (end - input.size).multipliedReportingOverflow(by: 8)
    return isEndless ? nil : Int((missingBits - 1) / bits + 1)
  }

  /// The length of a Matroska file that has no other stream, by its header.
  var matroskaSeconds: Double? {
    guard let context, formats.contains("matroska"), context.pointee.nb_streams == 1,
      context.pointee.duration > 0
    else { return nil }
    return Double(context.pointee.duration) / Double(AV_TIME_BASE)
  }

  /// The place in the file of a packet's byte.
  func place(of byte: Int64) -> Int64 { input.place(of: byte) }

  /// Bytes after the sound that are neither padding nor a tag that is known, once all of it was read.
  ///
  /// - Throws: `badInput` where they are sound all the same; `io`.
  func unknownTail() throws(FilterError) -> Int {
    try input.drain()
    let count = input.surplus
    let isWrapped = input.walk.isWrapped && !input.walk.ignoresLength
    guard !isWrapped, file.isRegular || count == 0 || count & 0xffff_fffe != 0 || count < 1 << 32
    else {
      throw FilterError(
        .badInput, "\(file.description) is longer than the 32 bits of its header can say.",
        advice: "Give a WAV file by its name, or convert it to W64, CAF or FLAC.")
    }
    return input.unknownTail
  }

  /// Where in the file the demuxer is, in bytes.
  var byte: Int64 {
    context?.pointee.pb.map { input.place(of: avio_seek($0, 0, 1)) } ?? 0
  }
}

extension Demuxer {
  /// Formats whose sound is one piece, samples and nothing else where the codec has samples of one size.
  private static let sampleFormats: Set<Substring> = ["wav", "w64", "aiff", "caf", "au", "sox"]

  /// Formats of frames alone, which a file's tags are sorted out of.
  private static let frameFormats: Set<String> = ["mp3", "aac", "ac3", "eac3", "wv"]

  private static func name(of context: UnsafeMutablePointer<AVFormatContext>?) -> String {
    context.map { String(cString: $0.pointee.iformat.pointee.name) } ?? ""
  }

  private static func open(
    _ file: InputFile, _ input: LibAVInput
  ) throws(FilterError) -> UnsafeMutablePointer<AVFormatContext>? {
    let format = try ReadableFormat.find(input, of: file)
    var context = avformat_alloc_context()
    context?.pointee.pb = input.context
    context?.pointee.io_open = { _, _, _, _, _ in -Errno.notPermitted.rawValue }
    var options: OpaquePointer?
    if let raw = file.raw {
      av_dict_set(&options, "sample_rate", "\(raw.rate)", 0)
      // As in a WAV file, which speakers they are is not known: not every number has usual ones.
      av_dict_set(&options, "ch_layout", "\(raw.channels)C", 0)
    }
    av_dict_set(&options, "format_whitelist", ReadableFormat.allowList, 0)
    // No protocol at all: the file is open already, and nothing else must be.
    av_dict_set(&options, "protocol_whitelist", "", 0)
    // libavformat cuts an AAC track's end to a movie's ticks, often 1/1000 s, or knows one edit only.
    av_dict_set(&options, "advanced_editlist", "0", 0)
    av_dict_set(&options, "ignore_editlist", input.walk.index == nil ? "0" : "1", 0)
    // On failure this frees the context.
    let status = avformat_open_input(&context, file.name ?? "", format, &options)
    av_dict_free(&options)
    guard status >= 0 else { throw failure(opening: file, input, status) }
    return context
  }

  private static func select(
    _ number: Int?, in context: UnsafeMutablePointer<AVFormatContext>, _ file: InputFile,
    _ input: LibAVInput
  ) throws(FilterError) -> UnsafeMutablePointer<AVStream> {
    // Looking into the streams decodes pictures, so it is done only where the header says too little.
    discardVideo(in: context)
    if !isDescribed(context) {
      let status = avformat_find_stream_info(context, nil)
      if let error = input.error { throw error }
      guard status >= 0 else { throw failure(opening: file, input, status) }
    }
    let audio = streams(of: context).filter {
      $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_AUDIO
    }
    guard let first = audio.first else {
      throw FilterError(
        .badInput, "\(file.description) has no audio stream.",
        advice: "See what it has with: ffprobe \(file.name ?? "FILE").")
    }
    guard let number else {
      return audio.first { $0.pointee.disposition & AV_DISPOSITION_DEFAULT != 0 } ?? first
    }
    guard audio.indices.contains(number) else {
      throw FilterError(
        .badInput, "\(file.description) has no audio stream \(number): it has \(audio.count).",
        advice: "--stream counts the audio streams from 0.")
    }
    return audio[number]
  }

  private static func streams(
    of context: UnsafeMutablePointer<AVFormatContext>
  ) -> [UnsafeMutablePointer<AVStream>] {
    (0..<Int(context.pointee.nb_streams)).compactMap { context.pointee.streams[$0] }
  }

  /// Whether the file's header alone says all about its audio.
  private static func isDescribed(_ context: UnsafeMutablePointer<AVFormatContext>) -> Bool {
    guard context.pointee.ctx_flags & AVFMTCTX_NOHEADER == 0 else { return false }
    let audio = streams(of: context).map { $0.pointee.codecpar.pointee }
      .filter { $0.codec_type == AVMEDIA_TYPE_AUDIO }
    return !audio.isEmpty
      && audio.allSatisfy {
        $0.codec_id != AV_CODEC_ID_NONE && $0.sample_rate > 0 && $0.ch_layout.nb_channels > 0
      }
  }

  private static func discardVideo(in context: UnsafeMutablePointer<AVFormatContext>) {
    for stream in streams(of: context)
    where stream.pointee.codecpar.pointee.codec_type != AVMEDIA_TYPE_AUDIO {
      stream.pointee.discard = AVDISCARD_ALL
    }
  }

  private static func discardAll(
    but chosen: UnsafeMutablePointer<AVStream>, in context: UnsafeMutablePointer<AVFormatContext>
  ) {
    for stream in streams(of: context) where stream != chosen {
      stream.pointee.discard = AVDISCARD_ALL
    }
  }

  private static func failure(
    opening file: InputFile, _ input: LibAVInput, _ status: Int32
  ) -> FilterError {
    input.error ?? ReadableFormat.unreadable(file, status)
  }
}
