internal import APCore
internal import CSndFile
internal import SystemPackage

/// Where a track's finished samples go.
protocol SoundSink: AnyObject {
  /// What messages call it.
  var name: String { get }
  func write(_ samples: Span<Float>) throws(FilterError)
  func write(_ samples: Span<Int16>) throws(FilterError)
  /// Samples of 24 bits in the upper bits of 32.
  func write(_ samples: Span<Int32>) throws(FilterError)
  /// Writes what must come last.
  func finish() throws(FilterError)
}

/// A sound file that libsndfile writes, and that gets its name when all files have come to their end.
final class SoundFile: SoundSink {
  let name: String
  private let file: FileDescriptor
  private let container: SoundFormat.Container
  private let tags: [String: String]
  private var handle: OpaquePointer?

  /// - Parameters:
  ///   - name: what messages call it.
  ///   - file: empty, open for reading and writing; it stays its caller's.
  ///   - frames: the length, nil where it is not known.
  init(
    _ name: String, _ file: FileDescriptor, format: SoundFormat, rate: Int, channels: Int,
    frames: Int?, tags: [String: String]
  ) throws(FilterError) {
    self.name = name
    self.file = file
    container = format.container
    self.tags = tags
    var info = SF_INFO()
    info.samplerate = Int32(rate)
    info.channels = Int32(channels)
    info.format = format.code(frames: frames, channels: channels)
    handle = sf_open_fd(file.rawValue, Int32(SFM_WRITE), &info, 0)
    guard handle != nil else {
      throw FilterError(
        .usage,
        "A \(format.container.rawValue) file cannot have \(channels) channels at \(rate) Hz"
          + " (\(String(cString: sf_strerror(nil)))).",
        advice: "Try another --rate or --format.")
    }
    // The chunk holds the time of day: the same stream must give the same file.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    sf_command(handle, Int32(SFC_RF64_AUTO_DOWNGRADE), nil, Int32(SF_TRUE))
    setQuality()
    for (key, code) in Self.tagCodes where container != .mp3 {
      if let value = tags[key] { sf_set_string(handle, Int32(code), value) }
    }
  }

  deinit {
    // Only a file that is not wanted any more is still open here.
    if handle != nil { sf_close(handle) }
  }

  func write(_ samples: Span<Float>) throws(FilterError) {
    try check(
      samples.withUnsafeBufferPointer { sf_write_float(handle, $0.baseAddress, $0.count64) })
  }

  func write(_ samples: Span<Int16>) throws(FilterError) {
    try check(
      samples.withUnsafeBufferPointer { sf_write_short(handle, $0.baseAddress, $0.count64) })
  }

  func write(_ samples: Span<Int32>) throws(FilterError) {
    try check(samples.withUnsafeBufferPointer { sf_write_int(handle, $0.baseAddress, $0.count64) })
  }

  func finish() throws(FilterError) {
    let status = sf_close(handle)
    handle = nil
    guard status == 0 else { throw failure(String(cString: sf_error_number(status))) }
    switch container {
    case .ogg: try OggSerial.reset(in: file, name: name)
    case .mp3: try ID3Tag(tags).insert(into: file, name: name)
    case .wav: try WaveChunks.resetTime(in: file, name: name)
    case .flac: break
    }
  }

  private func check(_ written: sf_count_t) throws(FilterError) {
    guard sf_error(handle) == 0 else { throw failure(String(cString: sf_strerror(handle))) }
  }

  private func failure(_ words: String) -> FilterError {
    FilterError(
      .io, "Cannot write \(name): \(words.filter { !$0.isNewline }).",
      advice: "Is there room on the disk?")
  }

  private func setQuality() {
    // 0 is the best and 1 the smallest: about 220 kb/s as Vorbis, 240 kb/s as MP3 (V0).
    var compression = container == .ogg ? 0.3 : 0
    if container == .mp3 {
      var mode = Int32(SF_BITRATE_MODE_VARIABLE)
      sf_command(
        handle, Int32(SFC_SET_BITRATE_MODE), &mode, Int32(MemoryLayout.size(ofValue: mode)))
    }
    if container == .mp3 || container == .ogg {
      sf_command(
        handle, Int32(SFC_SET_COMPRESSION_LEVEL), &compression,
        Int32(MemoryLayout.size(ofValue: compression)))
    }
  }

  private static let tagCodes = [
    ("title", SF_STR_TITLE), ("artist", SF_STR_ARTIST), ("album", SF_STR_ALBUM),
    ("date", SF_STR_DATE), ("genre", SF_STR_GENRE), ("track", SF_STR_TRACKNUMBER),
    ("comment", SF_STR_COMMENT), ("copyright", SF_STR_COPYRIGHT), ("license", SF_STR_LICENSE),
  ]
}

extension UnsafeBufferPointer {
  fileprivate var count64: sf_count_t { sf_count_t(count) }
}
