internal import Glibc

/// A stretch of time in which the wanted sound is known to be heard, or known not to be.
package struct AnchorSpan: Sendable, Hashable {
  /// Whether the sound is there.
  package let isPresent: Bool
  /// Seconds from the beginning of the input.
  package let start: Double
  /// Seconds from there too.
  package let end: Double

  init(isPresent: Bool, start: Double, end: Double) {
    self.isPresent = isPresent
    self.start = start
    self.end = end
  }
}

/// What is known of a frame: the row of the anchors' embedding.
package enum AnchorClass: Int, Sendable, CaseIterable {
  case null, present, absent, padding

  /// The classes of a window's frames; later spans overwrite earlier ones, and what lies outside of the window is
  /// cut off (`SAMAudioProcessor.process_anchors`).
  ///
  /// - Parameters:
  ///   - windowStart: where the window begins in the input, in seconds.
  ///   - frames: of latents.
  static func classes(
    _ spans: [AnchorSpan], windowStart: Double = 0, frames: Int, codec: CodecConfig
  ) -> [AnchorClass] {
    let rate = Double(codec.sampleRate)
    func frame(_ seconds: Double) -> Int {
      let index = ((seconds * rate - windowStart * rate) / Double(codec.hop)).rounded(.up)
      return Int(min(max(index, 0), Double(frames)))
    }
    var classes = Array(repeating: AnchorClass.null, count: frames)
    for span in spans {
      let (start, end) = (frame(span.start), frame(span.end))
      for index in start..<max(start, end) {
        classes[index] = span.isPresent ? .present : .absent
      }
    }
    return classes
  }
}
