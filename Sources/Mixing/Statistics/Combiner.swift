internal import APCore

/// What makes one track of the same track of several streams, block by block.
protocol Combiner: AnyObject {
  /// Takes the next piece of time, and gives what is settled by it.
  ///
  /// - Parameter emit: takes samples and the frame they start at.
  func add(
    _ block: AlignedTracks.Block,
    _ emit: (_ start: Int, _ samples: Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError)

  /// Gives the rest.
  func finish(_ emit: (_ start: Int, _ samples: Span<Float>) throws(FilterError) -> Void)
    throws(FilterError)
}

/// Combines sample by sample.
final class SampleCombiner: Combiner {
  private let statistic: Statistic

  init(_ statistic: Statistic) {
    self.statistic = statistic
  }

  func add(
    _ block: AlignedTracks.Block, _ emit: (Int, Span<Float>) throws(FilterError) -> Void
  ) throws(FilterError) {
    let count = block.samples.lazy.compactMap { $0?.count }.first ?? 0
    var combined = [Float](repeating: 0, count: count)
    var values = [Float](repeating: 0, count: block.samples.count)
    for index in combined.indices {
      for (stream, samples) in block.samples.enumerated() { values[stream] = samples?[index] ?? 0 }
      combined[index] = statistic.combine(&values)
    }
    try emit(block.start, combined.span)
  }

  func finish(_ emit: (Int, Span<Float>) throws(FilterError) -> Void) throws(FilterError) {}
}
