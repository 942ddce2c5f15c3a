import APCore
import Testing

@testable import Caching

@Suite struct KeyedRunTests {
  private static let header = StreamHeader(
    channels: 2, rate: 44_100, frames: 100, tracks: [Track("mix")],
    history: [HistoryEntry(tool: "ap-decode", version: "1", options: ["rate": .null])],
    source: Source(file: "a.mp3", sha256: "12", loudness: Loudness(mean: 0.5, std: 1)))

  private static let run = KeyedRun(
    tool: "ap-x", version: "1", executable: "ee", options: ["a": 1, "b": ["c"]],
    files: [.init(name: "m.th", sha256: "ff")], input: .header(header))

  @Test func theKeyIsASHA256OfNothingElse() {
    let key = Self.run.key
    #expect(key.utf8.count == 64)
    #expect(key.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) })
    var same = Self.run
    same.options = ["b": ["c"], "a": 1]
    #expect(same.key == key)
  }

  @Test func whateverShapesTheOutputShapesTheKey() {
    let changes: [(inout KeyedRun, inout StreamHeader) -> Void] = [
      { run, _ in run.tool = "ap-y" }, { run, _ in run.version = "2" },
      { run, _ in run.executable = "ef" }, { run, _ in run.options["a"] = 2 },
      { run, _ in run.options["a"] = "1" }, { run, _ in run.options["d"] = .null },
      { run, _ in run.files[0].sha256 = "fe" }, { run, _ in run.files[0].name = "n.th" },
      { run, _ in run.files = [] }, { $1.channels = 1 }, { $1.rate = 48_000 },
      { $1.frames = nil }, { $1.frames = 101 }, { $1.tracks = [Track("mix", prompt: "a dog")] },
      { $1.layout = .windowed(Windowing(length: 10, overlap: 0, fade: .cosine)) },
      { $1.history[0].options["rate"] = 8_000 }, { $1.history[0].version = "2" },
      { $1.history += [HistoryEntry(tool: "ap-y", version: "1")] },
      { $1.source?.sha256 = "13" }, { $1.source?.file = "b.mp3" },
      { $1.source?.tags["artist"] = "B" }, { $1.source?.loudness?.std = 2 },
      { $1.extra["new"] = true },
    ]
    var keys: Set<String> = [Self.run.key]
    for change in changes {
      var (run, header) = (Self.run, Self.header)
      change(&run, &header)
      if header != Self.header { run.input = .header(header) }
      keys.insert(run.key)
    }
    for input in [
      .none, .bytes(sha256: "12", file: "a"), .file(sha256: "12"), .bytes(sha256: "13", file: "a"),
    ] as [KeyedRun.Input] {
      var run = Self.run
      run.input = input
      keys.insert(run.key)
    }
    #expect(keys.count == 1 + changes.count + 4)
  }

  @Test func aHeaderTellsAllWithSourceAndHistory() {
    #expect(Self.header.isTelling)
    var header = Self.header
    header.source?.sha256 = nil
    #expect(!header.isTelling)
    header = Self.header
    header.history = []
    #expect(!header.isTelling)
    header.source = nil
    #expect(!header.isTelling)
  }
}
