import APCore
import TestSupport
import Testing

@testable import AudioEncoding

/// Takes its time, keeps what it gets, and fails from some sample on.
private final class Slow: SoundSink {
  let name = "memory"
  let failsAt: Int
  var floats: [Float] = []
  var shorts: [Int16] = []
  var longs: [Int32] = []
  var largest = 0
  var isFinished = false

  init(failsAt: Int = .max) {
    self.failsAt = failsAt
  }

  private func meet(_ count: Int, _ all: Int) throws(FilterError) {
    largest = max(largest, count)
    guard all < failsAt else { throw FilterError(.io, "Cannot write memory: it is full.") }
  }

  func write(_ samples: Span<Float>) throws(FilterError) {
    for index in samples.indices { floats.append(samples[index]) }
    try meet(samples.count, floats.count)
  }

  func write(_ samples: Span<Int16>) throws(FilterError) {
    for index in samples.indices { shorts.append(samples[index]) }
    try meet(samples.count, shorts.count)
  }

  func write(_ samples: Span<Int32>) throws(FilterError) {
    for index in samples.indices { longs.append(samples[index]) }
    try meet(samples.count, longs.count)
  }

  func finish() { isFinished = true }
}

@Suite struct BackgroundSinkTests {
  /// Pieces of no sample, of one frame, of a block and of many.
  private static let pieces = [0, 1, 16_384, 40_000, 7, 100_000]
  private static let piece = [Float](repeating: 0.5, count: 10_000)

  @Test(arguments: [1, 2, 3, 100, 1_024])
  func allSamplesComeInOrder(channels: Int) throws {
    for samples in [.float32, .int16, .int24, nil] as [SoundFormat.Samples?] {
      let slow = Slow()
      let sink = try BackgroundSink(slow, of: samples, channels: channels)
      let pieces = channels < 100 ? Self.pieces : [0, 1, 500]
      let count = pieces.reduce(0, +) * channels
      var start = 0
      for piece in pieces {
        let range = start..<start + piece * channels
        switch samples {
        case .int16:
          let piece = range.map { Int16(truncatingIfNeeded: $0) }
          try sink.write(piece.span)
        case .int24:
          let piece = range.map { Int32($0) }
          try sink.write(piece.span)
        case .float32, nil:
          let piece = range.map { Float($0) }
          try sink.write(piece.span)
        }
        start = range.upperBound
      }
      #expect(!slow.isFinished)
      try sink.finish()
      #expect(slow.isFinished)
      #expect(slow.largest.isMultiple(of: channels))
      switch samples {
      case .int16: #expect(slow.shorts == (0..<count).map { Int16(truncatingIfNeeded: $0) })
      case .int24: #expect(slow.longs == (0..<count).map { Int32($0) })
      case .float32, nil: #expect(slow.floats == (0..<count).map { Float($0) })
      }
    }
  }

  @Test(arguments: [0, 1, 50_000, 99_999])
  func aFailureIsSaidInTheEnd(failsAt: Int) throws {
    let slow = Slow(failsAt: failsAt)
    let sink = try BackgroundSink(slow, of: .float32, channels: 1)
    let error = #expect(throws: FilterError.self) {
      for _ in 0..<10 { try sink.write(Self.piece.span) }
      try sink.finish()
    }
    #expect(error?.message == "Cannot write memory: it is full.")
    #expect(!slow.isFinished)
    // Nothing comes after what failed.
    #expect(slow.floats.count < failsAt + 32_768)
  }

  @Test func whatIsNotFinishedEnds() throws {
    let slow = Slow()
    var sink: BackgroundSink? = try BackgroundSink(slow, of: .float32, channels: 1)
    for _ in 0..<10 { try sink?.write(Self.piece.span) }
    sink = nil
    #expect(slow.floats.count == 100_000)
    #expect(!slow.isFinished)
  }
}
