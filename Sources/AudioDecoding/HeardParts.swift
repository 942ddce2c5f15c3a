internal import APCore
internal import CLibAV

/// The parts of a track that are heard, by the edit list of an MP4 or the packet table of a CAF file.
///
/// They come in the list's order, not in that of the file. An empty edit is silence of its length, so
/// that the sound keeps its place beside the picture.
struct HeardParts {
  enum Part {
    /// From one place of the track up to another; `Int64.max` is its end.
    case sound(Range<Int64>)
    case silence(Int64)

    var isSound: Bool {
      if case .sound = self { true } else { false }
    }
  }

  var parts: [Part]
  /// The clock of the places and lengths, in ticks a second.
  var timescale: Int64

  /// The parts of a stream; nil where all of it is heard.
  ///
  /// - Throws: `io`.
  init?(_ stream: UnsafeMutablePointer<AVStream>, of input: LibAVInput) throws(FilterError) {
    guard let index = input.walk.index else { return nil }
    let big = ChunkGrammar(isBigEndian: true)
    if input.walk.isMovie {
      guard let edits = try MovieEdits.read(index, track: Int(stream.pointee.id), of: input) else {
        return nil
      }
      timescale = edits.timescale
      parts = Self.parts(edits, mediaLength: stream.pointee.duration)
    } else {
      let table = try input.bytes(index.lowerBound..<min(index.lowerBound + 24, index.upperBound))
      let rate = Int64(stream.pointee.codecpar.pointee.sample_rate)
      guard table.count == 24, rate > 0 else { return nil }
      let (valid, priming) = (big.number(table[8..<16]), big.number(table[16..<20]))
      guard (1..<1 << 60).contains(valid) else { return nil }
      timescale = rate
      parts = [.sound(Int64(priming)..<Int64(priming + valid))]
    }
  }

  private static func parts(_ edits: MovieEdits, mediaLength: Int64) -> [Part] {
    // A movie's clock is coarser than its tracks'. What ends within a tick of the end ends there.
    let tick = edits.timescale / edits.movieTimescale + 1
    let isLengthKnown = mediaLength != ap_no_timestamp() && mediaLength > 0
    let parts = edits.entries.map { entry -> Part in
      let length = av_rescale(entry.length, edits.timescale, edits.movieTimescale)
      guard let start = entry.start else { return .silence(length) }
      let (end, isEndless) = start.addingReportingOverflow(length)
      // What a rescaled length has no 64 bits for is negative.
      let isWhole = isEndless || length <= 0 || isLengthKnown && end >= mediaLength - tick
      return .sound(start..<(isWhole ? .max : end))
    }
    // Nobody misses silence at the very end.
    let end = parts.lastIndex { $0.isSound } ?? -1
    return Array(parts[...end])
  }

  /// The parts, where a tag says how many samples a track's only part has.
  func limited(to samples: Int?, rate: Int) -> HeardParts {
    guard let samples, parts.count == 1, case .sound(let range) = parts[0] else { return self }
    let end = range.lowerBound + av_rescale(Int64(samples), timescale, Int64(max(rate, 1)))
    var limited = self
    limited.parts = [.sound(range.lowerBound..<min(range.upperBound, end))]
    return limited
  }
}
