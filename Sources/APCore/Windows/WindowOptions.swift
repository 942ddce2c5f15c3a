/// What a user asks of windows, in seconds.
package struct WindowOptions: Sendable, Hashable {
  private enum Lengths: Hashable {
    case fixed(Double)
    case between(Double, Double)
  }

  private let lengths: Lengths
  private let overlap: Double
  /// Why the options cannot be used; nil where they can.
  package let problem: String?

  /// - Parameters:
  ///   - length: of every window; 30 if neither it nor the bounds are given.
  ///   - overlap: what neighbours share; if not given, 2 or half of a fixed length, whichever is less, and
  ///     0 with bounds.
  ///   - minLength: the lower bound, given with the upper one.
  ///   - maxLength: the upper bound.
  package init(length: Double?, overlap: Double?, minLength: Double?, maxLength: Double?) {
    if let minLength, let maxLength {
      lengths = .between(minLength, maxLength)
      self.overlap = overlap ?? 0
    } else {
      let length = length ?? 30
      lengths = .fixed(length)
      self.overlap = overlap ?? (length > 0 ? min(2, length / 2) : 0)
    }
    problem = Self.problem(
      of: lengths, overlap: self.overlap, hasLength: length != nil,
      bounds: [minLength, maxLength].count { $0 != nil })
  }

  private static func problem(
    of lengths: Lengths, overlap: Double, hasLength: Bool, bounds: Int
  ) -> String? {
    let day = 86_400.0
    guard (0...day).contains(overlap) else {
      return "--overlap must be between 0 and 86400 seconds."
    }
    guard bounds != 1 else { return "Give both --min-length and --max-length, or neither." }
    switch lengths {
    case .fixed(let length):
      guard length > 0, length <= day else {
        return "--length must be between 0 and 86400 seconds."
      }
      guard 2 * overlap <= length else {
        return "--overlap must be at most half of --length."
      }
    case .between(let least, let most):
      guard !hasLength else { return "Give either --length, or --min-length and --max-length." }
      guard least > 0, least <= most, most <= day else {
        return "--min-length must be at most --max-length, both between 0 and 86400 seconds."
      }
      guard 2 * overlap <= least, 3 * overlap <= most else {
        return "--overlap must be at most half of --min-length and a third of --max-length."
      }
    }
    return nil
  }

  /// The options for a stream's `history`.
  package var json: [String: JSONValue] {
    switch lengths {
    case .fixed(let length): ["length": JSONValue(length), "overlap": JSONValue(overlap)]
    case .between(let least, let most):
      [
        "min-length": JSONValue(least), "max-length": JSONValue(most),
        "overlap": JSONValue(overlap),
      ]
    }
  }

  /// The plan for a stream.
  ///
  /// - Throws: `usage` where a length is less than a frame.
  package func plan(for header: StreamHeader) throws(FilterError) -> WindowPlan {
    func frames(_ seconds: Double) -> Int { Int((seconds * Double(header.rate)).rounded()) }
    switch lengths {
    case .fixed(let seconds):
      let length = try Self.atLeastOne(frames(seconds))
      return .fixed(length: length, overlap: min(frames(overlap), length / 2))
    case .between(let least, let most):
      let bounds = try Self.atLeastOne(frames(least))...frames(most)
      let overlap = min(frames(overlap), bounds.lowerBound / 2, bounds.upperBound / 3)
      guard let total = header.frames else {
        return .quietest(lengths: bounds, overlap: overlap, rate: header.rate)
      }
      return .even(lengths: bounds, overlap: overlap, total: total)
    }
  }

  private static func atLeastOne(_ frames: Int) throws(FilterError) -> Int {
    guard frames > 0 else { throw FilterError(.usage, "A window is shorter than one frame.") }
    return frames
  }
}
