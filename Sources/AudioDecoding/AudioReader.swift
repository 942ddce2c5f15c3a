package import APCore
internal import CLibAV
internal import Resampling

/// What to take out of a file, and in which shape.
package struct DecodingOptions: Sendable {
  /// Frames a second; nil: the source's.
  package var rate: Int?
  /// Channels; nil: the source's.
  package var channels: Int?
  /// Which of the file's audio streams, from 0; nil: the default one.
  package var audioStream: Int?
  /// Where to start, in seconds; rounded to the nearest frame of the output.
  package var startTime: Double = 0
  /// Where to stop, in seconds; nil: at the end.
  package var endTime: Double?
  /// Whether damage is filled with silence and counted instead of thrown.
  package var isLenient = false
  /// Threads of codecs that can use more than one. They meet damage later than where it is.
  var threads = 1

  /// Everything, as it is in the source.
  package init() {}
}

/// Reads a file's sound from start to end as interleaved float blocks.
///
/// Time 0 is the first sample after the encoder's delay. A cut takes the very frames that the whole
/// file would have there: everything before it is decoded too, because no container's own seeking
/// is exact.
package final class AudioReader {
  /// Frames a second of the source.
  package let sourceRate: Int
  /// Frames a second of the output.
  package let rate: Int
  /// Channels of the output.
  package let channels: Int
  /// Places where the file was damaged, met so far, its end not among them. Only a lenient reader counts any.
  package var damages: Int { decoder.damages }
  /// What the file, read to its end, lacks there. Only a lenient reader has any.
  package var cutEnd: CutEnd? { decoder.cutEnd }
  /// Output frames of silence that stand for what could not be decoded, so far.
  package var lostFrames: Int { converter.silentFrames }

  private let file: InputFile
  private let decoder: HeardDecoder
  private let converter: FrameConverter
  private let startTime: Double
  /// Converted samples that no block has taken yet.
  private var buffer: [Float] = []
  /// Frames before the start that are still to be dropped.
  private var framesToSkip: Int
  /// Frames that may go out at all.
  private let framesInAll: Int
  /// Frames that may still go out.
  private var framesLeft: Int
  private var isAtEnd = false

  /// Opens the file's audio and decodes its beginning.
  ///
  /// - Throws: `badInput` where the file has no audio that can be read, or not the stream that is
  ///   asked for; `io`.
  package init(_ file: InputFile, options: DecodingOptions = .init()) throws(FilterError) {
    self.file = file
    startTime = options.startTime
    decoder = try HeardDecoder(file, options)
    let first = try decoder.read()
    let own =
      first.frame.map { (Int($0.pointee.sample_rate), Int($0.pointee.ch_layout.nb_channels)) }
      ?? decoder.declared
    guard own.0 > 0, own.1 > 0, first.frame != nil || decoder.damages == 0 && decoder.cutEnd == nil
    else {
      throw FilterError(.badInput, "\(file.description) has no audio that can be decoded.")
    }
    sourceRate = own.0
    let rate = options.rate ?? own.0
    self.rate = rate
    channels = options.channels ?? own.1
    converter = FrameConverter(rate: rate, channels: channels)
    framesToSkip = Int((options.startTime * Double(rate)).rounded())
    let end = options.endTime.map { Int(($0 * Double(rate)).rounded()) } ?? .max
    framesInAll = max(0, end - framesToSkip)
    framesLeft = framesInAll
    try take(first)
  }

  /// About how many frames there are in all, as far as the container says; only good for progress.
  var expectedFrames: Int? {
    guard let context = decoder.demuxer.context, context.pointee.duration > 0 else { return nil }
    let seconds = Double(context.pointee.duration) / Double(AV_TIME_BASE) - startTime
    return Int(max(0, min(seconds * Double(rate), 0x1p53, Double(framesInAll))))
  }

  /// Whether to decode the file takes less than to keep its sound: its samples are there as they are.
  var isCheap: Bool { decoder.hasPlainSamples && rate == sourceRate }

  /// Tags of the file and of its audio stream, keys in lower case.
  package var tags: [String: String] { Tags.read(decoder.demuxer) }

  /// Reads the next block.
  ///
  /// - Parameters:
  ///   - block: gets interleaved samples in place of what it held: `frames` frames, fewer only
  ///     before the end, none at it.
  ///   - frames: the most frames to take.
  /// - Throws: `badInput` where the file is damaged or cut, unless the reader is lenient; `io`.
  package func read(into block: inout [Float], frames: Int) throws(FilterError) {
    let wanted = min(frames, framesLeft) * channels
    while buffer.count < wanted, !isAtEnd { try take(decoder.read()) }
    let count = min(wanted, buffer.count)
    // The little that is left is copied, not the block.
    swap(&block, &buffer)
    buffer.removeAll(keepingCapacity: true)
    buffer.append(contentsOf: block[count...])
    block.removeLast(block.count - count)
    framesLeft -= count / channels
  }

  /// Bytes after the sound that are neither sound, padding nor a tag that is known, once all of it was
  /// read; 0 before. They are left out.
  ///
  /// - Throws: `badInput` where they are sound all the same; `io`.
  package func unknownTail() throws(FilterError) -> Int {
    isAtEnd ? try decoder.unknownTail() : 0
  }

  /// What its user may want to know of a file that has been read to its end.
  struct Findings {
    let damages: Int
    let lostFrames: Int
    let cutEnd: CutEnd?
    /// Times at which the clock of an Ogg file jumped though nothing was lost.
    let jumps: Int
    let unknownTail: Int
  }

  /// - Throws: what `unknownTail()` throws.
  func findings() throws(FilterError) -> Findings {
    Findings(
      damages: damages, lostFrames: lostFrames, cutEnd: cutEnd, jumps: decoder.jumps,
      unknownTail: try unknownTail())
  }

  private func take(_ output: StreamDecoder.Output) throws(FilterError) {
    if let frame = output.frame {
      try converter.convert(frame, delay: output.delay, lost: output.lost, into: &buffer)
    } else {
      converter.finish(into: &buffer)
      isAtEnd = true
    }
    let skipped = min(framesToSkip, buffer.count / channels)
    buffer.removeFirst(skipped * channels)
    framesToSkip -= skipped
    guard !isAtEnd || framesToSkip == 0 else {
      throw FilterError(
        .badInput, "\(file.description) ends before \(startTime) s.",
        advice: "Choose an earlier --start-time.")
    }
  }
}
