internal import APCore

/// A track or window that goes through a resampler to a sink.
final class ConvertedSound {
  private static let blockFrames = 65_536

  private let resampler: Resampler
  private let sink: any ModelInput.Sink
  private var converted: [Float] = []
  /// Frames that may still go to the sink.
  private var room: Int
  private var framesIn = 0

  /// - Parameters:
  ///   - resampler: a new one, from the stream's format to the model's.
  ///   - length: frames at the model's rate; what the conversion gives beyond them is cut. Nil where
  ///     the track's end is not known.
  init(_ resampler: Resampler, length: Int?, sink: any ModelInput.Sink) {
    self.resampler = resampler
    self.sink = sink
    room = length ?? .max
  }

  /// Takes the next frames, interleaved as in the stream.
  ///
  /// - Throws: `badInput` for a sample that is no finite number, and what the sink throws.
  func push(_ samples: Span<Float>) throws {
    try refuseNonFinite(samples)
    framesIn += samples.count / resampler.inChannels
    resampler.push(samples, into: &converted)
    try forward()
  }

  /// Takes silence, where the stream has nothing.
  func pushSilence(frames: Int) throws {
    let block = min(frames, Self.blockFrames)
    let silence = [Float](repeating: 0, count: max(0, block) * resampler.inChannels)
    var rest = frames
    while rest > 0 {
      let count = min(rest, block)
      try push(silence.span.extracting(first: count * resampler.inChannels))
      rest -= count
    }
  }

  /// Ends the track or window.
  func finish() throws {
    resampler.finish(into: &converted)
    try forward()
    try sink.finish()
  }

  private func forward() throws {
    let block = converted
    converted = []
    let frames = min(room, block.count / resampler.outChannels)
    room -= frames
    try sink.push(block.span.extracting(first: frames * resampler.outChannels))
  }

  private func refuseNonFinite(_ samples: Span<Float>) throws(FilterError) {
    // One such sample would take a whole segment with it; a sum shows whether there is any.
    var check: Float = 0
    for index in samples.indices { check += samples[index] * 0 }
    guard !check.isFinite, let index = samples.indices.first(where: { !samples[$0].isFinite })
    else { return }
    throw FilterError(
      .badInput,
      "Frame \(framesIn + index / resampler.inChannels) of the input is no finite number.",
      advice: "Decode the file again, or repair it.")
  }
}
