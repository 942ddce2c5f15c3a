@testable import Separation

/// A separator whose answer says where in a segment it stood and what stood before it: a mistake of
/// one frame in how a track is cut, padded or joined shows.
final class LinearSeparator: SegmentSeparator {
  let sources: [String]
  let sampleRate: Int
  let channels: Int
  let segmentFrames: Int
  private(set) var calls = 0

  init(
    sources: [String] = ["drums", "bass", "other"], sampleRate: Int = 100, channels: Int = 2,
    segmentFrames: Int = 60
  ) {
    self.sources = sources
    self.sampleRate = sampleRate
    self.channels = channels
    self.segmentFrames = segmentFrames
  }

  func separate(_ mix: UnsafeBufferPointer<Float>, into stems: UnsafeMutableBufferPointer<Float>) {
    calls += 1
    for source in sources.indices {
      for channel in 0..<channels {
        for frame in 0..<segmentFrames {
          let row = channel * segmentFrames
          let delayed = frame > source ? mix[row + frame - source - 1] : 0
          let position = Float(frame) / Float(segmentFrames)
          stems[(source * channels + channel) * segmentFrames + frame] =
            mix[row + frame] * (0.2 + position) + delayed * 0.3 * Float(source + 1) + 0.1
        }
      }
    }
  }
}
