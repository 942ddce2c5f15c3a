internal import APCore
internal import Checkpoints
package import Tensors

/// Times the network alone, on a segment of noise: what `scripts/bench` shows.
package final class SegmentBenchmark {
  /// What each stage takes at least.
  package var costs: [String: StageCost] { network.config.costs }

  private let network: HTDemucs
  private let mix: [Float]
  private var stems: [Float]

  /// Loads the network of a checkpoint.
  package init(path: String, workers: Workers, numerics: Numerics) throws {
    let checkpoint = try Checkpoint.open(path)
    network = try HTDemucs(
      checkpoint.weights(), config: HTDemucsConfig(checkpoint), workers: workers,
      numerics: numerics)
    var state: UInt64 = 1
    mix = (0..<network.channels * network.segmentFrames).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / 21_474_836_480
    }
    stems = Array(repeating: 0, count: network.sources.count * mix.count)
  }

  /// Separates the segment once.
  ///
  /// - Returns: the seconds that each stage took.
  package func run() -> [(stage: String, seconds: Double)] {
    let stopwatch = Stopwatch()
    network.stopwatch = stopwatch
    mix.withUnsafeBufferPointer { mix in
      stems.withUnsafeMutableBufferPointer { network.separate(mix, into: $0) }
    }
    return stopwatch.times
  }
}
