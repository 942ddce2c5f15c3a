/// What iTunes and other encoders say in the tag `iTunSMPB` of an encoder's delay and padding:
/// " 00000000 00000840 000001CA 00000000003F31F6 …".
///
/// Programs that convert a file carry the tag over to sounds that it says nothing of, so it counts
/// only where its sum is that of the samples which are there.
struct ITunesGaps {
  /// Samples before the sound.
  let delay: Int
  /// Samples after it.
  let padding: Int
  /// The sound's own samples.
  let length: Int

  /// No encoder has more; what may be padding is kept in memory.
  private static let mostPadding = 1 << 16

  /// - Parameters:
  ///   - tag: the tag's text.
  ///   - samples: all samples that the file has.
  ///   - frame: the samples of the codec's frame: no two encoders agree on how to count the last.
  /// - Returns: nil where the tag cannot be true.
  init?(_ tag: String, samples: Int, frame: Int) {
    let fields = tag.split(separator: " ").prefix(4).compactMap { Int($0, radix: 16) }
    // A sum of such numbers cannot overflow.
    guard fields.count == 4, (fields + [samples]).allSatisfy({ 0..<1 << 60 ~= $0 }) else {
      return nil
    }
    (delay, padding, length) = (fields[1], fields[2], fields[3])
    guard length > 0, max(delay, padding) <= Self.mostPadding,
      abs(delay + padding + length - samples) < frame
    else { return nil }
  }
}
