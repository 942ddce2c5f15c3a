internal import APCore
internal import CLibAV
internal import Resampling
internal import SystemPackage

/// An MP4 that libavformat writes: one track, or several side by side.
final class MP4File {
  /// What messages call it.
  let name: String
  let functions: ap_muxing
  private let file: FileDescriptor
  private let output: SoundFileOutput
  private let stems: StemMetadata?
  private var muxer: UnsafeMutablePointer<AVFormatContext>?
  private var stream: UnsafeMutablePointer<AVIOContext>?
  /// Tracks that have not ended.
  private var open: Int

  private static let bufferSize: Int32 = 1 << 16
  private static let tags = [
    "title", "artist", "album", "date", "genre", "track", "comment", "copyright", "album_artist",
    "composer", "disc",
  ]

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - name: what messages call it.
  ///   - file: empty, open for reading and writing; it stays its caller's.
  ///   - stems: what DJ software is to know of all tracks but the first; nil for a file of one track.
  /// - Returns: its tracks. The file is complete when all of them are.
  /// - Throws: `unavailable` where libavformat is missing, or lacks the codec.
  static func begin(
    _ name: String, _ file: FileDescriptor, format: SoundFormat, rate: Int, channels: Int,
    tags: [String: String], stems: StemMetadata? = nil
  ) throws(FilterError) -> [MP4Track] {
    let movie = try MP4File(name, file, stems: stems)
    try movie.openMuxer(tags)
    var tracks: [MP4Track] = []
    for index in 0..<movie.open {
      let track = try MP4Track(
        movie, index: index, format: format, rate: rate, channels: channels)
      guard let stream = movie.functions.avformat_new_stream(movie.muxer, nil) else {
        throw movie.lacksMemory
      }
      try track.describe(stream.pointee.codecpar)
      stream.pointee.time_base = AVRational(num: 1, den: Int32(rate))
      // Players take the first track, and leave the others to DJ software.
      stream.pointee.disposition = index == 0 ? AV_DISPOSITION_DEFAULT : 0
      tracks.append(track)
    }
    // So that the length counts frames, not milliseconds.
    var options: OpaquePointer?
    av_dict_set_int(&options, "movie_timescale", Int64(rate), 0)
    defer { av_dict_free(&options) }
    try movie.check(movie.functions.avformat_write_header(movie.muxer, &options))
    return tracks
  }

  private init(
    _ name: String, _ file: FileDescriptor, stems: StemMetadata?
  ) throws(FilterError) {
    self.name = name
    self.file = file
    self.stems = stems
    output = SoundFileOutput(file)
    open = 1 + (stems?.names.count ?? 0)
    var words: UnsafePointer<CChar>?
    guard let functions = ap_load_muxing(&words)?.pointee else {
      throw FilterError(
        .unavailable,
        "libavformat, which writes MP4 files, cannot be loaded (\(words.map { String(cString: $0) } ?? "")).",
        advice: "Install it, or choose flac or opus.")
    }
    self.functions = functions
    // What it would say is an error of this filter, or nothing that its user could change.
    av_log_set_level(AV_LOG_QUIET)
  }

  deinit {
    functions.avformat_free_context(muxer)
    if let stream { av_freep(&stream.pointee.buffer) }
    functions.avio_context_free(&stream)
  }

  private func openMuxer(_ tags: [String: String]) throws(FilterError) {
    let kind = stems == nil ? "ipod" : "mp4"
    guard functions.avformat_alloc_output_context2(&muxer, nil, kind, nil) >= 0, let muxer else {
      throw FilterError(
        .unavailable, "This libavformat cannot write MP4 files.", advice: "Choose flac or opus.")
    }
    let buffer = av_malloc(Int(Self.bufferSize))?.assumingMemoryBound(to: UInt8.self)
    stream = functions.avio_alloc_context(
      buffer, Self.bufferSize, 1, Unmanaged.passUnretained(output).toOpaque(), nil,
      { context, bytes, count in
        let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
        let isWritten = SoundFileOutput.at(context).write(bytes) == Int64(count)
        return isWritten ? count : -Errno.ioError.rawValue
      },
      { context, offset, whence in SoundFileOutput.at(context).seek(offset, whence) })
    guard stream != nil else { throw lacksMemory }
    muxer.pointee.pb = stream
    // Without the time of day, and the version of libavformat.
    muxer.pointee.flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO
    for key in Self.tags {
      if let value = tags[key] { av_dict_set(&muxer.pointee.metadata, key, value, 0) }
    }
    // A whole number, in a box of its own.
    if let beats = tags["bpm"].flatMap(Double.init)?.rounded(), (1...65_535).contains(beats) {
      av_dict_set_int(&muxer.pointee.metadata, "tmpo", Int64(beats), 0)
    }
  }

  /// Writes a packet of a track, which comes back empty.
  func write(
    _ packet: UnsafeMutablePointer<AVPacket>, track: Int, clock: AVRational
  ) throws(FilterError) {
    guard let stream = muxer?.pointee.streams[track] else { return }
    packet.pointee.stream_index = Int32(track)
    functions.av_packet_rescale_ts(packet, clock, stream.pointee.time_base)
    try check(functions.av_interleaved_write_frame(muxer, packet))
  }

  /// Ends the file with its last track.
  func endTrack() throws(FilterError) {
    open -= 1
    guard open == 0 else { return }
    let status = functions.av_write_trailer(muxer)
    output.flush()
    try check(status)
    do {
      try MP4Index.finish(file, adding: stems?.box)
    } catch {
      throw SoundFileOutput.error(writing: name, error)
    }
  }

  /// - Parameter status: what a function of libav gave back.
  /// - Throws: `io` where that is an error.
  func check(_ status: Int32) throws(FilterError) {
    guard status >= 0, output.failure == nil else {
      throw output.error(writing: name, words: LibAV.words(for: status))
    }
  }

  var lacksMemory: FilterError {
    FilterError(.outOfMemory, "There is not enough memory to write \(name).")
  }
}
