import APCore
import TestSupport
import Testing

@Suite struct WindowTests {
  private struct Piece: Equatable {
    var start: Int
    var samples: [Float]
  }

  /// Cuts a track that comes in pieces of `step` frames.
  private static func cut(
    _ samples: [Float], _ plan: WindowPlan, channels: Int = 1, step: Int = 64
  ) throws -> [Piece] {
    var cutter = WindowCutter(plan, channels: channels)
    var pieces: [Piece] = []
    func collect(_ start: Int, _ samples: Span<Float>) {
      pieces.append(Piece(start: start, samples: samples.indices.map { samples[$0] }))
    }
    let frames = samples.count / channels
    for start in stride(from: 0, to: frames, by: step) {
      let end = min(frames, start + step)
      try cutter.push(Array(samples[start * channels..<end * channels]), at: start, collect)
    }
    try cutter.finish(collect)
    return pieces
  }

  private static func join(
    _ pieces: [Piece], overlap: Int, channels: Int = 1, fade: Fade = .cosine
  ) throws -> [Piece] {
    var joiner = WindowJoiner(overlap: overlap, fade: fade, channels: channels)
    var joined: [Piece] = []
    func collect(_ start: Int, _ samples: Span<Float>) {
      guard !samples.isEmpty else { return }
      let values = samples.indices.map { samples[$0] }
      if let last = joined.last, last.start + last.samples.count / channels == start {
        joined[joined.count - 1].samples += values
      } else {
        joined.append(Piece(start: start, samples: values))
      }
    }
    for (index, piece) in pieces.enumerated() {
      let segment = Segment(index: index, length: piece.samples.count / channels)
      try joiner.join(
        Window(track: "mix", start: piece.start, segment: segment, samples: piece.samples), collect)
    }
    try joiner.finish(collect)
    return joined
  }

  /// Starts and lengths, for lengths in tenths of a second as the manual gives them.
  @Test(arguments: [
    (300, 0, [0, 150], [150, 150]), (50, 0, [0], [50]), (170, 0, [0], [170]),
    (171, 0, [0, 86], [86, 85]), (0, 0, [], []), (1, 0, [0], [1]),
    (300, 20, [0, 140], [160, 160]), (341, 0, [0, 114, 228], [114, 114, 113]),
    (175, 0, [0, 88], [88, 87]),
  ])
  func fewAndEvenWhereTheTotalIsKnown(
    total: Int, overlap: Int, starts: [Int], lengths: [Int]
  ) throws {
    let plan = WindowPlan.even(lengths: 90...170, overlap: overlap, total: total)
    let pieces = try Self.cut(Sounds.noise(frames: total), plan)
    #expect(pieces.map(\.start) == starts)
    #expect(pieces.map(\.samples.count) == lengths)
    #expect(lengths.allSatisfy { $0 <= plan.longest })
  }

  @Test(arguments: [
    (0, []), (1, [1]), (99, [99]), (100, [100]), (101, [100, 26]), (174, [100, 99]),
    (175, [100, 100]), (176, [100, 100, 26]), (250, [100, 100, 100]),
  ])
  func fixedWindowsButForTheLast(total: Int, lengths: [Int]) throws {
    let pieces = try Self.cut(Sounds.noise(frames: total), .fixed(length: 100, overlap: 25))
    #expect(pieces.map(\.samples.count) == lengths)
    #expect(pieces.map(\.start) == lengths.indices.map { $0 * 75 })
  }

  @Test(arguments: [1, 2, 3], [0, 1, 17, 99, 100, 101, 149, 150, 151, 449, 450, 451, 5_003])
  func joinGivesBackWhatWasCut(channels: Int, frames: Int) throws {
    let samples = Sounds.noise(frames: frames, channels: channels, seed: UInt64(frames))
    let plans: [WindowPlan] = [
      .fixed(length: 100, overlap: 50), .fixed(length: 100, overlap: 0),
      .fixed(length: 1, overlap: 0),
      .even(lengths: 60...100, overlap: 30, total: frames),
      .quietest(lengths: 60...100, overlap: 30, rate: 1000),
      .quietest(lengths: 100...100, overlap: 33, rate: 1000),
    ]
    for plan in plans {
      for step in [1, 7, 1000] {
        let pieces = try Self.cut(samples, plan, channels: channels, step: step)
        let lengths = pieces.map { $0.samples.count / channels }
        #expect(lengths.allSatisfy { (1...plan.longest).contains($0) })
        let joined = try Self.join(pieces, overlap: plan.overlap, channels: channels)
        #expect(joined == (samples.isEmpty ? [] : [Piece(start: 0, samples: samples)]))
      }
    }
  }

  @Test func cutsWhereItIsQuietest() throws {
    var samples = Sounds.noise(frames: 1_000)
    for silence in [130..<150, 260..<290] {
      samples.replaceSubrange(silence, with: repeatElement(0, count: silence.count))
    }
    let plan = WindowPlan.quietest(lengths: 100...200, overlap: 0, rate: 500)
    let ends = try Self.cut(samples, plan).map { $0.start + $0.samples.count }
    #expect((130..<150).contains(ends[0]))
    #expect((260..<290).contains(ends[1]))
    #expect(ends.last == 1_000)
  }

  @Test(arguments: 100...700)
  func leavesNoShortRest(total: Int) throws {
    let plan = WindowPlan.quietest(lengths: 100...200, overlap: 20, rate: 1000)
    let pieces = try Self.cut(Sounds.noise(frames: total), plan)
    #expect(pieces.allSatisfy { (100...200).contains($0.samples.count) })
  }

  @Test func everyPieceSizeGivesTheSameWindows() throws {
    let samples = Sounds.noise(frames: 2_000)
    let plan = WindowPlan.quietest(lengths: 100...200, overlap: 20, rate: 1000)
    let whole = try Self.cut(samples, plan, step: 2_000)
    for step in [1, 13, 199, 1_999] {
      #expect(try Self.cut(samples, plan, step: step) == whole)
    }
  }

  @Test(arguments: [
    WindowPlan.fixed(length: 100, overlap: 20),
    .even(lengths: 50...100, overlap: 20, total: 1_000_000_000_000),
    .quietest(lengths: 50...100, overlap: 20, rate: 1000),
  ])
  func leavesOutWindowsOfAbsentSound(plan: WindowPlan) throws {
    let offsets = [50, 160, 600_000_000_000, 999_999_999_990]
    var cutter = WindowCutter(plan, channels: 1)
    var pieces: [Piece] = []
    func collect(_ start: Int, _ samples: Span<Float>) {
      pieces.append(Piece(start: start, samples: samples.indices.map { samples[$0] }))
    }
    for offset in offsets { try cutter.push(Sounds.noise(frames: 10), at: offset, collect) }
    try cutter.finish(collect)
    #expect(pieces.count < 12)
    let joined = try Self.join(pieces, overlap: plan.overlap)
    for offset in offsets {
      let piece = try #require(
        joined.first { ($0.start..<$0.start + $0.samples.count).contains(offset) })
      #expect(
        Array(piece.samples.dropFirst(offset - piece.start).prefix(10)) == Sounds.noise(frames: 10))
    }
    let heard = joined.flatMap(\.samples).filter { $0 != 0 }.count
    #expect(heard == 40)
  }

  @Test func fadesWhatDiffers() throws {
    let pieces = [
      Piece(start: 0, samples: [1, 1, 1, 1, 1, 1]), Piece(start: 2, samples: [1, 3, 3, 3, 3, 3]),
    ]
    let joined = try Self.join(pieces, overlap: 4, fade: .linear)
    #expect(joined == [Piece(start: 0, samples: [1, 1, 1, 1.75, 2.25, 2.75, 3, 3])])
  }

  @Test func keepsEveryBitOfWhatDoesNotDiffer() throws {
    let odd = [-0.0, Float.nan, .infinity, -.infinity, .leastNonzeroMagnitude, 0]
    let pieces = [Piece(start: 0, samples: odd), Piece(start: 1, samples: Array(odd[1...]) + [1])]
    let joined = try Self.join(pieces, overlap: 5)
    #expect(joined[0].samples.map(\.bitPattern) == (odd + [1]).map(\.bitPattern))
  }
}
