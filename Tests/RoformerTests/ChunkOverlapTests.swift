import Separation
import TestSupport
import Testing

@testable import Roformer

/// Tracks against MSST's `demix` word for word, with a network that shows where a chunk was cut: each sample times a
/// weight of its place in the chunk.
@Suite struct ChunkOverlapTests {
  struct Cut: Sendable, CustomTestStringConvertible {
    var overlap: Int
    var frames: Int
    var testDescription: String { "\(frames) frames, overlap \(overlap)" }
  }

  static let chunk = 400
  /// Around a chunk, its half, and twice the border; no overlap and one that does not divide the chunk.
  static let cuts = [1, 2, 3, 4, 7].flatMap { overlap -> [Cut] in
    let border = chunk - chunk / overlap
    let lengths: Set<Int> = [
      0, 1, 2, 39, 40, 199, 200, 201, 202, 399, 400, 401, 1234, border, border + 1,
      max(0, 2 * border - 1), 2 * border, 2 * border + 1, 2 * border + 2, 2 * border + 401,
    ]
    return lengths.sorted().map { Cut(overlap: overlap, frames: $0) }
  }

  @Test(arguments: cuts) func aTrackIsThatOfTheReference(cut: Cut) throws {
    let rows = noise(rows: 2, columns: cut.frames, seed: 3)
    let expected = Self.demix(rows, overlap: cut.overlap)
    for (block, claimed) in [(1000, nil), (7, nil), (100, cut.frames)] as [(Int, Int?)] {
      let actual = try Self.separated(rows, overlap: cut.overlap, block: block, claimed: claimed)
      #expect(actual.map(\.count) == expected.map(\.count))
      #expect(difference(actual.flatMap { $0 }, expected.flatMap { $0 }.map(Double.init)) < 1e-6)
    }
  }

  /// A header may promise more than comes.
  @Test(arguments: [0, 10, 300, 301, 600]) func aFalseLengthDoesNoHarm(frames: Int) throws {
    let rows = noise(rows: 2, columns: frames, seed: 3)
    let actual = try Self.separated(rows, overlap: 4, block: 50, claimed: 1_000_000)
    #expect(actual.map(\.count) == [frames, frames, frames, frames])
    #expect(actual.joined().allSatisfy { $0.isFinite })
  }

  /// The first sound comes once a chunk of the track is there, not at its end.
  @Test(arguments: [2, 4]) func theFirstSoundComesAfterAChunk(overlap: Int) throws {
    var track = try Self.track(overlap: overlap, claimed: 100_000)
    var frames = 0
    let frame: [Float] = [0.5, 0.5]
    while try track.next() == nil {
      track.push(frame.span)
      frames += 1
    }
    #expect(frames == Self.chunk + 1)
  }

  /// What a model for one instrument leaves: the mix minus it, also where no chunk has any weight.
  @Test(arguments: [1, 2]) func theRestAddsUpToTheMix(overlap: Int) throws {
    let rows = noise(rows: 2, columns: 1000, seed: 4)
    let stem = StemOutput(name: "a", sourceGains: [1, 0])
    let rest = StemOutput(name: "b", sourceGains: [-1, 0], mixGain: 1)
    let actual = try Self.separated(
      rows, overlap: overlap, block: 64, claimed: nil, outputs: [stem, rest])
    for channel in 0..<2 {
      let sum = zip(actual[channel], actual[2 + channel]).map { $0 + $1 }
      #expect(zip(sum, rows[channel]).allSatisfy { abs($0 - $1) < 1e-4 })
    }
  }

  // MARK: Helpers

  /// Two stems: the chunk with a slope, and its square.
  private static func stems(_ chunk: [Float]) -> [Float] {
    let length = chunk.count / 2
    return chunk.indices.map { chunk[$0] * (1 + Float($0 % length)) }
      + chunk.map { $0 * $0 + 0.25 }
  }

  private static func track(
    overlap: Int, claimed: Int?, outputs: [StemOutput]? = nil
  ) throws -> ChunkOverlap {
    let naive = NaiveRoformer(stems: 2, chunk: chunk, overlap: overlap)
    let folder = try TemporaryFolder()
    let location = try RoformerModels(variable: { _ in nil }, executable: nil)
      .find(try naive.write(to: folder))
    return ChunkOverlap(
      try location.open().config, length: claimed,
      outputs: outputs ?? [
        StemOutput(name: "a", sourceGains: [1, 0]), StemOutput(name: "b", sourceGains: [0, 1]),
      ], keptChannels: 2
    ) { mix, target in
      let mix = Array(UnsafeBufferPointer(start: mix, count: 2 * chunk))
      for (index, value) in stems(mix).enumerated() { target[index] = value }
    }
  }

  private static func separated(
    _ rows: [[Float]], overlap: Int, block: Int, claimed: Int?, outputs: [StemOutput]? = nil
  ) throws -> [[Float]] {
    var track = try track(overlap: overlap, claimed: claimed, outputs: outputs)
    var result = [[Float]](repeating: [], count: 4)
    func drain() throws {
      while let frames = try track.next() {
        #expect(frames.offset == result[2 * frames.output].count)
        for (index, sample) in frames.samples.enumerated() {
          result[2 * frames.output + index % 2].append(sample)
        }
      }
    }
    for start in stride(from: 0, to: rows[0].count, by: block) {
      let frames = start..<min(start + block, rows[0].count)
      let samples = frames.flatMap { frame in rows.map { $0[frame] } }
      track.push(samples.span)
      try drain()
    }
    track.finish()
    try drain()
    return result
  }

  /// `demix` of MSST with a batch of one.
  private static func demix(_ rows: [[Float]], overlap: Int) -> [[Float]] {
    let step = chunk / overlap
    let (border, fade) = (chunk - step, chunk / 10)
    let length = rows[0].count
    let isReflected = length > 2 * border && border > 0
    let mix = rows.map { row -> [Float] in
      guard isReflected else { return row }
      let before: [Float] = (1...border).reversed().map { row[$0] }
      let after: [Float] = (1...border).map { row[length - 1 - $0] }
      return before + row + after
    }
    let end = mix[0].count
    var result = [[Float]](repeating: Array(repeating: 0, count: end), count: 4)
    var counter = [Float](repeating: 0, count: end)
    for start in stride(from: 0, to: end, by: step) {
      let count = min(chunk, end - start)
      let part = mix.flatMap { row in
        (0..<chunk).map { index -> Float in
          if index < count { return row[start + index] }
          return count > chunk / 2 ? row[start + 2 * (count - 1) - index] : 0
        }
      }
      var window = [Float](repeating: 1, count: chunk)
      for index in 0..<fade {
        let value = Float(Double(index) / Double(fade - 1))
        if start > 0 { window[index] = value }
        if start == 0 || start + step < end { window[chunk - 1 - index] = value }
      }
      let separated = stems(part)
      for index in 0..<count {
        counter[start + index] += window[index]
        for row in 0..<4 {
          result[row][start + index] += separated[row * chunk + index] * window[index]
        }
      }
    }
    return result.map { row in
      let row = zip(row, counter).map { $1 == 0 ? 0 : $0 / $1 }
      return isReflected ? Array(row[border..<end - border]) : row
    }
  }
}
