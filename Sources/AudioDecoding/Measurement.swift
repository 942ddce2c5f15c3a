internal import APCore

/// What is learnt of sound while it is decoded, and the sound itself.
///
/// `@unchecked`: only one thread at a time has it.
final class Measurement: @unchecked Sendable {
  private(set) var meter: LoudnessMeter?
  /// Blocks of the sound, in their order; nil where there was no room for them.
  private(set) var kept: KeptSound? = KeptSound(memoryLimit: memoryLimit)
  /// Why there was none, where they were not too many.
  private var problem: FilterError?

  /// Twenty seconds of stereo, or forty of 16 bits.
  private static let memoryLimit = 8 << 20
  /// The most bytes that are kept, three hours of stereo, or six of 16 bits: nobody expects a filter to fill a disk.
  private static let mostKept = 4 << 30

  /// Learns how many channels come, if nobody has said so before.
  func begin(channels: Int) {
    if meter == nil { meter = LoudnessMeter(channels: channels) }
  }

  /// Why nothing is kept any more, said once.
  func takeProblem() -> FilterError? {
    defer { problem = nil }
    return problem
  }

  /// Takes the next block.
  ///
  /// - Parameter keeps: whether it is kept.
  func add(_ samples: Span<Float>, channels: Int, keeps: Bool) {
    // What does not match is refused later.
    if channels == meter?.channels { meter?.add(samples) }
    guard keeps, let kept else { return }
    do throws(FilterError) {
      try kept.append(samples)
      if kept.size > Self.mostKept { self.kept = nil }
    } catch {
      // What it has filled is free again.
      self.kept = nil
      problem = error
    }
  }
}
