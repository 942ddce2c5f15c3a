/// What separates one segment of sound into its sources: a network.
package protocol SegmentSeparator: AnyObject {
  /// The names of the sources, in their order.
  var sources: [String] { get }
  /// Frames a second that the network was trained with.
  var sampleRate: Int { get }
  /// Channels of the mix and of each source.
  var channels: Int { get }
  /// Frames of a segment: the training length.
  var segmentFrames: Int { get }

  /// Separates a whole segment.
  ///
  /// - Parameters:
  ///   - mix: `[channels, segmentFrames]`.
  ///   - stems: `[sources, channels, segmentFrames]`, overwritten.
  /// - Throws: what loading a network throws, if another one is needed for it.
  func separate(
    _ mix: UnsafeBufferPointer<Float>, into stems: UnsafeMutableBufferPointer<Float>
  ) throws
}
