internal import APCore
internal import Synchronization

/// A sink that does its work on a thread of its own: a codec takes longer than to read a stream, and tracks side by side
/// are encoded at once.
final class BackgroundSink: SoundSink {
  let name: String
  private let shared: Shared
  private let worker: BlockWorker
  private let blockBytes: Int

  /// What the thread has, and what it says.
  ///
  /// `@unchecked`: the sink is only used by the thread, and once that has ended by its owner.
  private final class Shared: @unchecked Sendable {
    let sink: any SoundSink
    let samples: SoundFormat.Samples?
    let failure = Mutex<FilterError?>(nil)

    init(_ sink: any SoundSink, _ samples: SoundFormat.Samples?) {
      (self.sink, self.samples) = (sink, samples)
    }

    func write(_ bytes: UnsafeRawBufferPointer) {
      guard failure.withLock({ $0 == nil }) else { return }
      do throws(FilterError) {
        switch samples {
        case .int16: try sink.write(bytes.assumingMemoryBound(to: Int16.self).span)
        case .int24: try sink.write(bytes.assumingMemoryBound(to: Int32.self).span)
        case .float32, nil: try sink.write(bytes.assumingMemoryBound(to: Float.self).span)
        }
      } catch {
        failure.withLock { $0 = error }
      }
    }
  }

  /// About as many bytes as come at once of stereo.
  private static let mostBytes = 1 << 17

  /// - Parameter samples: of which kind all samples will be.
  /// - Throws: `io` where the system has no thread left.
  init(
    _ sink: any SoundSink, of samples: SoundFormat.Samples?, channels: Int
  ) throws(FilterError) {
    name = sink.name
    let frameBytes = channels * MemoryLayout<Float>.stride
    // Whole frames, of whichever kind.
    blockBytes = max(1, Self.mostBytes / frameBytes) * frameBytes
    let shared = Shared(sink, samples)
    self.shared = shared
    worker = try BlockWorker(bytes: blockBytes) { shared.write($0) }
  }

  func write(_ samples: Span<Float>) throws(FilterError) { try put(samples.bytes) }

  func write(_ samples: Span<Int16>) throws(FilterError) { try put(samples.bytes) }

  func write(_ samples: Span<Int32>) throws(FilterError) { try put(samples.bytes) }

  private func put(_ bytes: RawSpan) throws(FilterError) {
    try check()
    bytes.withUnsafeBytes { bytes in
      for start in stride(from: 0, to: bytes.count, by: blockBytes) {
        let piece = bytes[start..<min(start + blockBytes, bytes.count)]
        worker.next().copyBytes(from: piece)
        worker.handOver(piece.count)
      }
    }
  }

  func finish() throws(FilterError) {
    worker.finish()
    try check()
    try shared.sink.finish()
  }

  /// Throws what went wrong on the thread, a few blocks later.
  private func check() throws(FilterError) {
    if let failure = shared.failure.withLock({ $0 }) { throw failure }
  }
}
