/// Joins the windows of one track while they come in. Holds one window and one overlap at most.
package struct WindowJoiner: Sendable {
  private let overlap: Int
  private let fade: Fade
  private let channels: Int
  /// Samples that the next window may still fade into, and their place.
  private var tail: [Float] = []
  private var tailStart = 0
  private var weights: [Float] = []

  /// - Parameter overlap: the most frames two windows share.
  package init(overlap: Int, fade: Fade, channels: Int) {
    self.overlap = overlap
    self.fade = fade
    self.channels = channels
  }

  /// Takes the next window and gives what is settled to `emit`.
  ///
  /// Where both windows hold the same bits, so does the result; else it is
  /// `old × (1 - w) + new × w`.
  ///
  /// - Parameter emit: takes samples and the frame they start at.
  package mutating func join(
    _ window: Window,
    _ emit: (_ start: Int, _ samples: Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    let shared = tailStart + tail.count / channels - window.start
    if shared > 0 {
      fade(into: window.samples, frames: shared)
    } else {
      try finish(emit)
      tailStart = window.start
    }
    // Given from where it is: a window can be too large to have it twice.
    let fresh = window.samples.span.extracting(droppingFirst: max(0, shared) * channels)
    let settled = max(0, tail.count + fresh.count - overlap * channels)
    let old = min(settled, tail.count)
    try emit(tailStart, tail.span.extracting(first: old))
    try emit(tailStart + old / channels, fresh.extracting(first: settled - old))
    tail.removeFirst(old)
    tail.append(contentsOf: window.samples.suffix(fresh.count - settled + old))
    tailStart += settled / channels
  }

  /// Gives the rest to `emit`: no window follows.
  package mutating func finish(
    _ emit: (_ start: Int, _ samples: Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    try emit(tailStart, tail.span)
    tailStart += tail.count / channels
    tail = []
  }

  private mutating func fade(into next: [Float], frames: Int) {
    precondition(frames * channels <= min(tail.count, next.count), "windows must come in order")
    if weights.count != frames { weights = fade.weights(count: frames) }
    let begin = tail.count - frames * channels
    for frame in 0..<frames {
      let rising = weights[frame]
      for index in frame * channels..<(frame + 1) * channels {
        let old = tail[begin + index]
        let new = next[index]
        // Where nothing changed between the cut and the join, nothing changes here.
        if old.bitPattern != new.bitPattern {
          tail[begin + index] = old * (1 - rising) + new * rising
        }
      }
    }
  }
}
