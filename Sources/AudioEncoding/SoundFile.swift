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
  private let output: SoundFileOutput
  private let container: SoundFormat.Container
  /// nil where every sample can be held.
  private let limit: LossyLimit?
  private let bytesPerSample: Int
  private let tags: [String: String]
  private var order = ChannelOrder.ofStream
  private var handle: OpaquePointer?
  /// Samples that were written.
  private var count = 0

  /// - Parameters:
  ///   - name: what messages call it.
  ///   - file: empty, open for reading and writing; it stays its caller's.
  ///   - frames: the length, nil where it is not known.
  /// - Throws: `io`; `usage` where the format does not have such sound.
  init(
    _ name: String, _ file: FileDescriptor, format: SoundFormat, rate: Int, channels: Int,
    frames: Int?, tags: [String: String]
  ) throws(FilterError) {
    self.name = name
    self.file = file
    output = SoundFileOutput(file)
    container = format.container
    limit =
      format.isLossy ? LossyLimit(name: name, container: container, channels: channels) : nil
    bytesPerSample = format.bytesPerSample
    self.tags = tags
    if container.isOgg { order = .vorbis(channels: channels) }
    var info = SF_INFO()
    info.samplerate = Int32(rate)
    info.channels = Int32(channels)
    info.format = format.code(frames: frames, channels: channels)
    handle = output.open(&info)
    guard handle != nil else {
      if output.failure != nil { throw failure(nil) }
      throw FilterError(
        .usage,
        "A \(format.container.rawValue) file cannot have \(channels) channels at \(rate) Hz"
          + " (\(String(cString: sf_strerror(nil)))).",
        advice: "Try another --rate or --format.")
    }
    // The chunk holds the time of day: the same stream must give the same file.
    sf_command(handle, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
    sf_command(handle, Int32(SFC_RF64_AUTO_DOWNGRADE), nil, Int32(SF_TRUE))
    setQuality(format, channels: channels)
    for (key, code) in Self.tagCodes where container != .mp3 {
      if let value = tags[key] { sf_set_string(handle, Int32(code), value) }
    }
  }

  deinit {
    // Only a file that is not wanted any more is still open here.
    if handle != nil { sf_close(handle) }
  }

  func write(_ samples: Span<Float>) throws(FilterError) {
    try limit?.check(samples, after: count)
    try order.apply(to: samples) { samples throws(FilterError) in
      let written = samples.withUnsafeBufferPointer {
        sf_write_float(handle, $0.baseAddress, sf_count_t($0.count))
      }
      try check(written, of: samples.count)
    }
  }

  func write(_ samples: Span<Int16>) throws(FilterError) {
    let written = samples.withUnsafeBufferPointer {
      sf_write_short(handle, $0.baseAddress, sf_count_t($0.count))
    }
    try check(written, of: samples.count)
  }

  func write(_ samples: Span<Int32>) throws(FilterError) {
    let written = samples.withUnsafeBufferPointer {
      sf_write_int(handle, $0.baseAddress, sf_count_t($0.count))
    }
    try check(written, of: samples.count)
  }

  func finish() throws(FilterError) {
    guard count > 0 || !container.needsSound else {
      throw FilterError(
        .badInput,
        "The stream has no sound, and a \(container.rawValue) file without any cannot be read.",
        advice: "Choose wav or ogg.")
    }
    let status = sf_close(handle)
    handle = nil
    output.flush()
    guard status == 0, output.failure == nil else {
      throw failure(String(cString: sf_error_number(status)))
    }
    switch container {
    case .ogg, .opus: try OggSerial.reset(in: file, name: name)
    case .mp3: try ID3Tag(tags).insert(into: file, name: name)
    case .wav: try WaveChunks.resetTime(in: file, name: name)
    case .aiff: try AIFFChunks.setLength(count * bytesPerSample, in: file, name: name)
    case .flac, .aac, .alac, .stem: break
    }
  }

  private func check(_ written: sf_count_t, of count: Int) throws(FilterError) {
    guard written == count, sf_error(handle) == 0, output.failure == nil else {
      throw failure(String(cString: sf_strerror(handle)))
    }
    self.count += count
    // The sizes of an AIFF file have 32 bits, and libsndfile does not look.
    guard container != .aiff || self.count * bytesPerSample < SoundFormat.sizeLimit else {
      throw FilterError(
        .badInput, "\(name) would be longer than the 4 GiB that an AIFF file can have.",
        advice: "Choose wav or flac.")
    }
  }

  /// - Parameter words: libsndfile's.
  private func failure(_ words: String?) -> FilterError {
    output.error(writing: name, words: words)
  }

  private func setQuality(_ format: SoundFormat, channels: Int) {
    if container == .mp3 {
      var mode = Int32(format.bitRate == nil ? SF_BITRATE_MODE_VARIABLE : SF_BITRATE_MODE_CONSTANT)
      sf_command(
        handle, Int32(SFC_SET_BITRATE_MODE), &mode, Int32(MemoryLayout.size(ofValue: mode)))
    }
    if var compression = SoundQuality.compression(
      container, channels: channels, bitRate: format.bitRate)
    {
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
