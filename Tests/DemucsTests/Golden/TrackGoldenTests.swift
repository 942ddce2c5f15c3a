import APCore
import Checkpoints
import Separation
import Tensors
import TestSupport
import Testing

@testable import Demucs

/// Whole tracks through real networks, as `demucs.api.Separator` separates them.
@Suite struct TrackGoldenTests {
  /// The stems' rows of a part of the fixtures' track.
  static func separate(
    _ files: [String], weights: [[Float]]? = nil, frames: Int,
    settings: PassSettings = PassSettings(), stems: [String] = []
  ) throws -> [[Float]] {
    let bag = try ModelBag(paths: files.map { fixture("demucs/\($0)") }, weights: weights)
    let needed = bag.membersNeeded(for: stems.isEmpty ? bag.sources : stems)
    let workers = Workers(threads: 2)
    let plan = PassPlan(
      bag: try bag.members.enumerated().map { index, member in
        BagMember(
          separator: needed.contains(index)
            ? try HTDemucs(member.checkpoint.weights(), config: member.config, workers: workers)
            : nil,
          segmentFrames: member.config.segmentFrames, weights: member.weights)
      }, settings: settings, sampleRate: bag.samplerate)

    let rows = try Golden("demucs/inputs").rows("track.input").map { $0.prefix(frames) }
    let samples = (0..<frames).flatMap { frame in rows.map { $0[frame] } }
    var meter = LoudnessMeter(channels: 2)
    meter.add(samples.span)

    let outputs = try StemOutput.stems(stems, of: bag.sources)
    var result = [[Float]](repeating: [], count: outputs.count * 2)
    var track = OverlapAdd(
      passes: plan.passes(length: frames), outputs: outputs,
      scope: .track(Normalization(meter.loudness)),
      workspace: SegmentWorkspace(for: plan.separators))
    track.push(samples.span)
    track.finish()
    while let frames = try track.next() {
      for index in frames.samples.indices {
        result[frames.output * 2 + index % 2].append(frames.samples[index])
      }
    }
    return result
  }

  @Test(arguments: [
    ("htdemucs_tiny.th", "htdemucs_tiny"), ("htdemucs_tiny_6s.safetensors", "htdemucs_tiny_6s"),
  ])
  func aTrack(file: String, golden name: String) throws {
    let rows = try Self.separate([file], frames: 261_303)
    #expect(try Golden("demucs/\(name).golden").error(of: rows, "track.output") <= 1e-4)
  }

  @Test(arguments: [
    ("htdemucs_tiny.th", "htdemucs_tiny"), ("htdemucs_tiny_6s.safetensors", "htdemucs_tiny_6s"),
  ])
  func aTrackShorterThanASegment(file: String, golden name: String) throws {
    let rows = try Self.separate([file], frames: 36_750)
    #expect(try Golden("demucs/\(name).golden").error(of: rows, "short.output") <= 1e-4)
  }

  @Test func twoShiftsDrawnAsPythonDraws() throws {
    let rows = try Self.separate(
      ["htdemucs_tiny.th"], frames: 180_000, settings: PassSettings(shifts: 2, seed: 7))
    #expect(try Golden("demucs/htdemucs_tiny.golden").error(of: rows, "shifts.output") <= 1e-4)
  }

  @Test func aBag() throws {
    let location = try DemucsModels(variable: { _ in nil }, executable: nil)
      .find(fixture("demucs/bag.yaml"))
    let rows = try Self.separate(
      ["bag0.th", "bag1.th"], weights: location.weights, frames: 180_000)
    #expect(try Golden("demucs/bag.golden").error(of: rows, "track.output") <= 1e-4)
  }

  /// The drums come from the bag's first model alone; the second one is not even loaded.
  @Test func oneStemOfABag() throws {
    let weights: [[Float]] = [[1, 0, 0, 0.25], [0, 1, 1, 0.75]]
    let bag = try ModelBag(
      paths: ["bag0.th", "bag1.th"].map { fixture("demucs/\($0)") }, weights: weights)
    #expect(bag.membersNeeded(for: ["drums"]) == [0])
    let files = ["bag0.th", "bag1.th"]
    let all = try Self.separate(files, weights: weights, frames: 40_000)
    let drums = try Self.separate(files, weights: weights, frames: 40_000, stems: ["drums"])
    #expect(drums == Array(all.prefix(2)))
  }
}
