/// Samples that wait in their order: in memory while they are few, else in a file without a name.
package final class SampleQueue {
  private let bytes: ByteQueue

  private static let sampleBytes = MemoryLayout<Float>.stride

  /// - Parameters:
  ///   - memoryLimit: the most samples that wait in memory; without a value, three seconds of stereo.
  ///   - advice: what to do where the file has no room.
  package init(
    memoryLimit: Int = 1 << 18, advice: String = "Give --temp-dir a folder with room."
  ) {
    bytes = ByteQueue(memoryLimit: memoryLimit * Self.sampleBytes, advice: advice)
  }

  /// How many wait.
  package var count: Int { bytes.count / Self.sampleBytes }

  /// Puts samples after those that wait.
  ///
  /// - Throws: `io`; `cannotCreate` where there is no room for a temporary file.
  package func append(_ samples: Span<Float>) throws(FilterError) {
    try bytes.append(samples.bytes)
  }

  /// Takes the oldest ones, of which there must be so many, in place of what `block` held.
  ///
  /// - Throws: `io`.
  package func take(_ count: Int, into block: inout [Float]) throws(FilterError) {
    precondition(count <= self.count, "so many samples must wait")
    block.setCount(count)
    var samples = block.mutableSpan
    try samples.withUnsafeMutableBytes { samples throws(FilterError) in
      try bytes.take(into: samples)
    }
  }

  /// Takes the oldest ones, of which there must be so many.
  ///
  /// - Throws: `io`.
  package func take(_ count: Int) throws(FilterError) -> [Float] {
    var samples: [Float] = []
    try take(count, into: &samples)
    return samples
  }
}

extension [Float] {
  /// Gives it so many elements; those that are new are 0.
  fileprivate mutating func setCount(_ count: Int) {
    if self.count > count { removeLast(self.count - count) }
    append(contentsOf: repeatElement(0, count: count - self.count))
  }
}
