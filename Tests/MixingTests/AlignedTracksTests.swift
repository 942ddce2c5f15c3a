import APCore
import TestSupport
import Testing

@testable import Mixing

@Suite struct AlignedTracksTests {
  /// What comes out: where it starts, and each track's samples, or none.
  private static func blocks(
    _ tracks: inout AlignedTracks, isLast: Bool = false
  ) throws -> [(start: Int, samples: [[Float]?])] {
    var blocks: [(start: Int, samples: [[Float]?])] = []
    while let block = try tracks.next(isLast: isLast) {
      #expect(block.samples.allSatisfy { $0 == nil || $0?.count == block.frames })
      blocks.append((block.start, block.samples))
    }
    return blocks
  }

  @Test func nothingComesBeforeAllTracksAreThere() throws {
    var tracks = AlignedTracks(count: 2, channels: 1)
    try tracks.append([1, 2, 3].span, at: 0, to: 0)
    #expect(try Self.blocks(&tracks).isEmpty)
    try tracks.append([4, 5].span, at: 0, to: 1)
    let first = try Self.blocks(&tracks)
    #expect(first.map(\.start) == [0])
    #expect(first[0].samples == [[1, 2], [4, 5]])
    let rest = try Self.blocks(&tracks, isLast: true)
    #expect(rest.map(\.start) == [2])
    #expect(rest[0].samples == [[3], nil])
  }

  @Test func gapsAreNobodysSound() throws {
    var tracks = AlignedTracks(count: 2, channels: 1)
    try tracks.append([1, 2].span, at: 0, to: 0)
    try tracks.append([3].span, at: 1 << 50, to: 0)
    try tracks.append([4, 5, 6].span, at: 1, to: 1)
    try tracks.append([7].span, at: 1 << 50, to: 1)
    let blocks = try Self.blocks(&tracks)
    #expect(blocks.map(\.start) == [0, 1, 2, 1 << 50])
    #expect(blocks.map(\.samples) == [[[1], nil], [[2], [4]], [nil, [5, 6]], [[3], [7]]])
  }

  /// Far more than memory is given to what waits.
  @Test(arguments: [1, 2])
  func whatWaitsLongGoesThroughAFile(channels: Int) throws {
    let frames = 500_000
    let first = Sounds.noise(frames: frames, channels: channels, seed: 1)
    let second = Sounds.noise(frames: frames, channels: channels, seed: 2)
    var tracks = AlignedTracks(count: 2, channels: channels)
    var output: [[Float]] = [[], []]
    func take(isLast: Bool) throws {
      for block in try Self.blocksOf(&tracks, isLast: isLast) {
        #expect(block.start == output[0].count / channels)
        for (index, samples) in block.samples.enumerated() { output[index] += samples ?? [] }
      }
    }
    // Twice, so that the file's place is used again.
    for half in 0..<2 {
      let range = half * frames / 2..<(half + 1) * frames / 2
      for (index, samples) in [first, second].enumerated() {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 7_000) {
          let end = min(start + 7_000, range.upperBound)
          try tracks.append(
            samples.span.extracting(start * channels..<end * channels), at: start, to: index)
          if index == 1 { try take(isLast: false) }
        }
      }
    }
    try take(isLast: true)
    #expect(output[0] == first)
    #expect(output[1] == second)
  }

  private static func blocksOf(
    _ tracks: inout AlignedTracks, isLast: Bool
  ) throws -> [AlignedTracks.Block] {
    var blocks: [AlignedTracks.Block] = []
    while let block = try tracks.next(isLast: isLast) { blocks.append(block) }
    return blocks
  }
}
