/// Where a sound is predicted to be heard in a window.
struct PredictedSpans: Sendable, Equatable {
  /// Runs of frames whose probability is above a threshold: no run is too short, and none are joined.
  let runs: [Range<Int>]
  /// Of the window.
  let frames: Int

  private let codec: CodecConfig

  /// - Parameters:
  ///   - probabilities: of the window's frames.
  ///   - threshold: what a frame's must be above.
  init(_ probabilities: [Float], threshold: Float, codec: CodecConfig) {
    var runs: [Range<Int>] = []
    for (frame, probability) in probabilities.enumerated() where probability > threshold {
      if let last = runs.last, last.upperBound == frame {
        runs[runs.count - 1] = last.lowerBound..<frame + 1
      } else {
        runs.append(frame..<frame + 1)
      }
    }
    self.runs = runs
    frames = probabilities.count
    self.codec = codec
  }

  /// Where each run begins and ends, in seconds.
  ///
  /// - Parameter start: where the window begins, in seconds.
  func times(from start: Double) -> [(start: Double, end: Double)] {
    func time(_ frame: Int) -> Double {
      let samples = start * Double(codec.sampleRate) + Double(codec.hop * frame)
      return samples / Double(codec.sampleRate)
    }
    return runs.map { (time($0.lowerBound), time($0.upperBound)) }
  }

  /// The frames that each run becomes; a run of one frame may become none.
  var anchorFrames: [Range<Int>] {
    runs.map { run in
      let start = Self.anchorFrame(run.lowerBound, codec: codec)
      let end = Self.anchorFrame(run.upperBound, codec: codec)
      return min(start, frames)..<min(end, frames)
    }
  }

  /// A class for each frame: a sound that is not predicted is not known to be absent.
  var anchors: [AnchorClass] {
    var classes = Array(repeating: AnchorClass.null, count: frames)
    for range in anchorFrames {
      for frame in range { classes[frame] = .present }
    }
    return classes
  }

  /// The frame that one becomes: the reference makes seconds of it and a frame of these, and almost every other one
  /// moves by one on the way.
  static func anchorFrame(_ frame: Int, codec: CodecConfig) -> Int {
    let rate = Double(codec.sampleRate)
    return Int((Double(seconds(frame, codec: codec)) * rate / Double(codec.hop)).rounded(.up))
  }

  private static func seconds(_ frame: Int, codec: CodecConfig) -> Float {
    Float(codec.hop * frame) / Float(codec.sampleRate)
  }
}
