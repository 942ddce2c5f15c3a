internal import CLibAV

/// Keeps count of how far a stream is: what its container promises, what has come, what was lost.
struct StreamExtent {
  /// Samples a channel that came or are counted as lost.
  private(set) var samples = 0
  /// Samples a second, once one has come.
  private(set) var rate = 0
  /// Times at which the clock of an Ogg file jumped though no page was lost.
  private(set) var jumps = 0
  /// The samples of the frame that came last.
  private var lastFrame = 0
  /// That of the first packet; nil where it has none.
  private var firstTimestamp: Int64? = 0
  /// The timestamp that the next frame should have.
  private var nextTimestamp: Int64?
  /// The durations of all packets.
  private var ticks: Int64 = 0
  private var lastPacketTicks: Int64 = 0

  private let timeBase: AVRational
  private let formats: Set<Substring>
  private let promisedTicks: Int64?
  /// The length of an MP4's track, encoder delay included.
  private let mediaTicks: Int64?
  /// The length in samples where a tag says it.
  private let length: Int?
  /// The length of a file of one stream by a header that is only good to a few milliseconds.
  private let roughSeconds: Double?
  /// The parts that are heard, by an edit list and by that tag; nil: all of it.
  let heard: HeardParts?
  /// Whether an MP4 has a tag of delay and padding that cannot be true.
  let hasWrongTag: Bool
  /// The samples of an MP3, and which of them are delay and padding.
  private let lameHeader: LameHeader?
  /// Samples of delay that are still to come.
  private var delayLeft: Int

  /// Formats whose header tells the length to the sample.
  private static let exact: Set<Substring> = ["flac", "wv", "tta", "ape", "tak"]
  /// Formats whose header tells the length to the packet.
  private static let counted: Set<Substring> = ["mov"]

  init(_ demuxer: Demuxer) {
    timeBase = demuxer.stream.pointee.time_base
    formats = demuxer.formats
    let duration = demuxer.stream.pointee.duration
    let isGuess =
      demuxer.context?.pointee.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE
    let isPromise = !Self.exact.union(Self.counted).isDisjoint(with: formats)
    let ticks = isPromise && !isGuess ? Self.credible(duration) : nil
    lameHeader = demuxer.lameHeader
    promisedTicks =
      ticks ?? lameHeader.flatMap { Self.ticks(samples: $0.samples, of: demuxer.stream) }
    let gaps = Self.iTunesGaps(demuxer, ticks: promisedTicks)
    length = demuxer.heard == nil ? gaps?.length : nil
    heard = demuxer.heard?.limited(
      to: gaps?.length, rate: Int(demuxer.stream.pointee.codecpar.pointee.sample_rate))
    hasWrongTag = gaps == nil && demuxer.iTunesTag != nil && demuxer.isMP4WithAAC
    delayLeft = lameHeader?.gaps?.delay ?? demuxer.codecDelay
    mediaTicks = formats.contains("mov") ? promisedTicks : nil
    roughSeconds = demuxer.matroskaSeconds
  }

  /// The most ticks or samples that are taken for true: no sound is longer, and sums of such do not overflow.
  private static let most: Int64 = 1 << 53

  /// What a file says of times and lengths; nil for what cannot be, and for what libav has no number for.
  private static func credible(_ ticks: Int64) -> Int64? {
    -most...most ~= ticks ? ticks : nil
  }

  private static func duration(of packet: UnsafeMutablePointer<AVPacket>) -> Int64 {
    max(0, credible(packet.pointee.duration) ?? 0)
  }

  private static func ticks(samples: Int, of stream: UnsafeMutablePointer<AVStream>) -> Int64? {
    let rate = stream.pointee.codecpar.pointee.sample_rate
    guard rate > 0 else { return nil }
    return av_rescale_q(Int64(samples), AVRational(num: 1, den: rate), stream.pointee.time_base)
  }

  /// What the tag of iTunes says of an AAC track's length.
  private static func iTunesGaps(_ demuxer: Demuxer, ticks: Int64?) -> ITunesGaps? {
    let parameters = demuxer.stream.pointee.codecpar.pointee
    guard let tag = demuxer.iTunesTag, let ticks, demuxer.isMP4WithAAC, parameters.sample_rate > 0
    else { return nil }
    let samples = av_rescale_q(
      ticks, demuxer.stream.pointee.time_base, AVRational(num: 1, den: parameters.sample_rate))
    return ITunesGaps(tag, samples: Int(samples), frame: max(1024, Int(parameters.frame_size)))
  }

  mutating func add(_ packet: UnsafeMutablePointer<AVPacket>) {
    if ticks == 0 { firstTimestamp = Self.credible(packet.pointee.pts) }
    lastPacketTicks = Self.duration(of: packet)
    ticks = min(ticks + lastPacketTicks, Self.most)
  }

  /// Counts a frame, and the silence before it that stands for what was lost.
  ///
  /// - Parameter lost: samples that the damaged packets before the frame would have held.
  /// - Returns: the samples of silence, by the frame's timestamp where that is exact; and how many
  ///   of the frame's own belong to the encoder's delay, which MP4 gives timestamps before 0.
  ///   Silence without `lost` stands for pages of an Ogg file that libavformat left out.
  ///   - isAfterLostPage: whether pages of an Ogg file are missing before the frame.
  mutating func add(
    _ frame: UnsafeMutablePointer<AVFrame>, lost: Int, isAfterLostPage: Bool
  ) -> (silence: Int, delay: Int) {
    rate = Int(frame.pointee.sample_rate)
    let timestamp = Self.credible(frame.pointee.pts)
    var count = Int(frame.pointee.nb_samples)
    var silence = lost
    if timeBase.num == 1, Int(timeBase.den) == rate, let timestamp, let nextTimestamp {
      let gap = timestamp - nextTimestamp
      // A damaged timestamp may say anything.
      if lost > 0 || isAfterLostPage, gap < 600 * Int64(rate) {
        silence = max(0, Int(gap))
      } else if formats.contains("ogg"), gap > Int64(rate) / 50 {
        jumps += 1
      }
    }
    nextTimestamp = timestamp.flatMap {
      Self.credible($0 + av_rescale_q(Int64(count), AVRational(num: 1, den: Int32(rate)), timeBase))
    }

    var delay = 0
    if mediaTicks != nil, let timestamp, timestamp < 0 {
      delay = min(count, samples(ticks: -timestamp) ?? count)
    }
    if let length, length < samples + count - delay {
      count = delay + max(0, length - samples)
      frame.pointee.nb_samples = Int32(count)
    }
    if delayLeft > 0 {
      delay = min(count, delayLeft)
      delayLeft -= delay
    }
    lastFrame = count
    samples += silence + count - delay
    return (silence, delay)
  }

  /// The most samples at the file's end that may turn out to be padding.
  var mostPadding: Int { max(1, lameHeader?.gaps?.padding ?? 0) }

  /// The samples at the end that are padding, once all have come; those of Vorbis are counted
  /// elsewhere.
  var padding: Int {
    if let gaps = lameHeader?.gaps {
      // What was joined to another file, or cut, has none of its own.
      return samples + gaps.delay == lameHeader?.samples ? gaps.padding : 0
    }
    guard let mediaLength, samples - mediaLength < lastFrame else { return 0 }
    return max(0, samples - mediaLength)
  }

  /// Takes back samples that were padding.
  mutating func remove(_ padding: Int) { samples -= padding }

  private var mediaLength: Int? {
    guard let mediaTicks, let firstTimestamp else { return nil }
    return samples(ticks: mediaTicks + min(0, firstTimestamp))
  }

  /// More samples than any codec puts into a packet.
  private static let longestPacket = 1 << 21

  /// How many samples a damaged packet would have held.
  func samples(
    in packet: UnsafeMutablePointer<AVPacket>, _ codec: UnsafeMutablePointer<AVCodecContext>
  ) -> Int {
    let rate = Int64(codec.pointee.sample_rate)
    let duration = packet.pointee.duration
    if duration > 0, rate > 0 {
      let count = Int(av_rescale_q(duration, timeBase, AVRational(num: 1, den: Int32(rate))))
      // The last packet of a damaged Ogg file may have any duration.
      if 0...Self.longestPacket ~= count { return count }
    }
    if codec.pointee.bit_rate > 0 {
      let count = Double(packet.pointee.size) * 8 * Double(rate) / Double(codec.pointee.bit_rate)
      return Int(min(count, Double(Self.longestPacket)))
    }
    return Int(codec.pointee.frame_size)
  }

  /// What is missing at the end of the file, in words; nil where the header's promise is kept.
  var shortfall: String? {
    guard let promisedTicks else { return nil }
    let isShort =
      if formats == ["mp3"] {
        ticks + 2 * lastPacketTicks < promisedTicks
      } else if Self.exact.isDisjoint(with: formats) {
        // By timestamps: an Ogg file's last packet is as long as all that is missing after it.
        (nextTimestamp ?? 0) - min(0, firstTimestamp ?? 0) + tenthOfASecond < promisedTicks
      } else {
        ticks < promisedTicks
      }
    guard isShort else { return nil }
    return "its header promises \(seconds(ticks: promisedTicks))"
  }

  /// Samples that are missing at the end of the file; nil where nothing says how many.
  var missing: Int? {
    guard rate > 0 else { return nil }
    let promise: Int? =
      if let length {
        length
      } else if let lameHeader {
        lameHeader.samples - (lameHeader.gaps.map { $0.delay + $0.padding } ?? 0)
      } else {
        mediaLength ?? promisedTicks.flatMap { samples(ticks: $0) }
          ?? roughSeconds.flatMap { Int(exactly: ($0 * Double(rate)).rounded(.down)) }
      }
    return promise.map { $0 - samples }
  }

  /// Whether all that the header promises has come.
  var isComplete: Bool { promisedTicks.map { $0 > 0 && ticks >= $0 } ?? false }

  /// Whether with a packet all has come that the header promises.
  func completes(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
    promisedTicks.map { ticks + Self.duration(of: packet) >= $0 } ?? false
  }

  private var tenthOfASecond: Int64 {
    av_rescale_q(1, AVRational(num: 1, den: 10), timeBase)
  }

  /// How far the stream is, as "12.345 s".
  var time: String {
    Self.seconds(milliseconds: rate > 0 ? samples * 1000 / rate : 0)
  }

  /// nil where there cannot be so many.
  private func samples(ticks: Int64) -> Int? {
    Self.credible(av_rescale_q(ticks, timeBase, AVRational(num: 1, den: Int32(rate)))).map {
      Int($0)
    }
  }

  private func seconds(ticks: Int64) -> String {
    Self.seconds(
      milliseconds: Int(av_rescale_q(ticks, timeBase, AVRational(num: 1, den: 1000))))
  }

  private static func seconds(milliseconds: Int) -> String {
    let fraction = String(1000 + milliseconds % 1000).dropFirst()
    return "\(milliseconds / 1000).\(fraction) s"
  }
}
