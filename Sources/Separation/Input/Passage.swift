package import APCore
internal import Resampling

/// What gives the frames of a track, or of a window of it, one block after the other.
package protocol FrameSource {
  /// The next frames, interleaved, perhaps none; nil at the end.
  func next() throws -> [Float]?
}

/// A track or a window of it, in a network's rate and channels, pulled out of the stream block by block.
package final class Passage: FrameSource {
  private static let blockFrames = 65_536

  /// Where it starts in the stream, in frames at the network's rate.
  package let start: Int
  /// How long it is; nil for a track whose header does not say it.
  package let length: Int?
  /// The window that it is; nil for a whole track.
  package let segment: Segment?

  private let input: NetworkInput
  private let resampler: Resampler
  /// Frames at the network's rate that may still come; what the conversion gives beyond them is cut.
  private var room: Int

  // In frames of the stream.
  private let first: Int
  private let end: Int?
  private var position: Int

  /// What was read and is not converted yet.
  private var record: AudioRecord?
  private var isRead = false
  private var isOver = false

  /// - Parameters:
  ///   - first: where it starts in the stream, in the stream's own frames.
  ///   - end: where it ends; nil: where the stream does.
  ///   - record: its first samples, where they have been read.
  ///   - resampler: a new one, from the stream's format to the network's.
  init(
    of input: NetworkInput, start: Int, length: Int?, segment: Segment?, from first: Int,
    to end: Int?, first record: AudioRecord? = nil, resampler: Resampler
  ) {
    self.input = input
    self.start = start
    self.length = length
    self.segment = segment
    self.first = first
    self.end = end
    self.record = record
    self.resampler = resampler
    position = first
    room = length ?? .max
  }

  /// - Throws: what reading throws; `badInput` for a sample that is not a finite number.
  package func next() throws -> [Float]? {
    guard !isOver else { return nil }
    try readOn()
    let silence = (record?.offset ?? end ?? position) - position
    if silence > 0 {
      let frames = min(silence, Self.blockFrames)
      return try converted([Float](repeating: 0, count: frames * resampler.inChannels))
    }
    if let audio = record {
      record = nil
      return try converted(audio.samples)
    }
    isOver = true
    var rest: [Float] = []
    resampler.finish(into: &rest)
    return cut(rest)
  }

  /// Reads the next samples. A whole window does not wait for what comes next.
  private func readOn() throws {
    guard record == nil, !isRead, segment == nil || position != end else { return }
    record = try input.nextRecord()
    isRead = record == nil
  }

  private func converted(_ samples: [Float]) throws(FilterError) -> [Float] {
    try refuseNonFinite(samples.span)
    position += samples.count / resampler.inChannels
    var frames: [Float] = []
    resampler.push(samples.span, into: &frames)
    return cut(frames)
  }

  private func cut(_ samples: [Float]) -> [Float] {
    let frames = min(room, samples.count / resampler.outChannels)
    room -= frames
    let count = frames * resampler.outChannels
    return count == samples.count ? samples : Array(samples[..<count])
  }

  private func refuseNonFinite(_ samples: Span<Float>) throws(FilterError) {
    // One such sample would take a whole segment with it; a sum shows whether there is any.
    var check: Float = 0
    for index in samples.indices { check += samples[index] * 0 }
    guard !check.isFinite, let index = samples.indices.first(where: { !samples[$0].isFinite })
    else { return }
    throw FilterError(
      .badInput,
      "Frame \(position - first + index / resampler.inChannels) of the input is not a finite number.",
      advice: "Decode the file again, or repair it.")
  }
}
