/// What a stream may claim (`ap-stream(5)`, LIMITS).
package enum StreamLimits {
  /// The longest line in bytes, with its line feed.
  package static let line = 65_536
  /// The longest payload in bytes.
  package static let payload = 64 << 20
  /// Offsets and lengths in frames: what every JSON reader can hold exactly.
  static let time = 0...(1 << 53)
  static let count = 1...(1 << 53)

  /// The most frames one audio record can hold.
  package static func recordFrames(channels: Int) -> Int {
    payload / (4 * channels)
  }
}
