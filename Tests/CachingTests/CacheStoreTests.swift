import APCore
import TestSupport
import Testing

@testable import Caching

@Suite struct CacheStoreTests {
  private let folder: TemporaryFolder
  private let store: CacheStore

  init() throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    store = try #require(CacheStore { $0 == "XDG_CACHE_HOME" ? folder.path : nil })
  }

  private static func run(_ name: String) -> KeyedRun {
    KeyedRun(
      tool: name, version: "1", executable: "", options: [:], files: [],
      input: .bytes(sha256: name, file: nil))
  }

  private static let output = StreamText.whole(["mix": Sounds.noise(frames: 1_000)])

  private func record(_ run: KeyedRun, _ bytes: [UInt8] = output) throws -> Bool {
    let recording = try Recording(in: store, limit: nil)
    bytes.withUnsafeBytes { recording.add($0) }
    return recording.commit(run, command: [run.tool])
  }

  private func find(_ run: KeyedRun) -> StoredExecution? {
    store.find(run.key, log: Log(tool: "test", level: .error))
  }

  private func read(_ execution: StoredExecution?) throws -> [UInt8]? {
    guard let execution else { return nil }
    var bytes: [UInt8] = []
    guard let end = try execution.read({ bytes += $0 }) else { return nil }
    return bytes + end
  }

  @Test(
    arguments: [
      (["XDG_CACHE_HOME": "/c", "HOME": "/h"], "/c/ap"), (["HOME": "/h"], "/h/.cache/ap"),
      (["XDG_CACHE_HOME": "c", "HOME": "/h"], "/h/.cache/ap"), ([:], nil),
    ] as [([String: String], String?)])
  func itsPlaceIsThatOfCaches(variables: [String: String], place: String?) {
    #expect(CacheStore { variables[$0] }?.folder == place)
  }

  @Test func whatWasRecordedIsFound() throws {
    let run = Self.run("a")
    #expect(find(run) == nil)
    #expect(try record(run))
    #expect(try read(find(run)) == Self.output)
    #expect(find(Self.run("b")) == nil)
    #expect(try folder.list() == ["ap"])
    #expect(try Command.tool("ls", store.partial).run().text == "")
  }

  @Test func onlyWholeStreamsAreKept() throws {
    var aborted = StreamText()
    aborted.line(#"{"exit":74,"message":"No disk.","tool":"ap-x","type":"abort"}"#)
    for bytes in [[], Array(Self.output.dropLast()), Self.output + [10], aborted.bytes] {
      #expect(try !record(Self.run("a"), bytes))
      #expect(find(Self.run("a")) == nil)
    }
    #expect(try Command.tool("ls", store.partial, store.executions).run().errors == "")
    #expect(store.list().isEmpty)
  }

  @Test func theFirstOfManyWritersWins() throws {
    let run = Self.run("a")
    let recordings = try (0..<8).map { _ in try Recording(in: store, limit: nil) }
    for recording in recordings { Self.output.withUnsafeBytes { recording.add($0) } }
    for recording in recordings { #expect(recording.commit(run, command: ["a"])) }
    #expect(store.list().count == 1)
    #expect(try read(find(run)) == Self.output)
    #expect(try Command.tool("ls", store.partial).run().text == "")
  }

  @Test func missingPartsAreFoundAndDropped() throws {
    let run = Self.run("a")
    let path = "\(store.executions)/\(run.key)"
    let damages: [(String) throws -> Void] = [
      { try Files.write(Self.output.dropLast(), to: "\($0)/stream") },
      { try Files.write(Self.output + [0], to: "\($0)/stream") },
      { try Files.write([], to: "\($0)/stream") },
      { _ = try Command.tool("rm", "\($0)/stream").run() },
      { _ = try Command.tool("rm", "\($0)/manifest.json").run() },
      { try Files.write([], to: "\($0)/manifest.json") },
      { try Files.write(Array("{\"format\":3}".utf8), to: "\($0)/manifest.json") },
    ]
    for damage in damages {
      #expect(try record(run))
      try damage(path)
      #expect(find(run) == nil)
      #expect(!Files.exists(path))
      #expect(try record(run))
      #expect(try read(find(run)) == Self.output)
      store.drop(run.key)
    }
    // From when manifests were TOML: it is as if it were not there, and the first to go.
    #expect(try record(run))
    let moved = try Command.tool("mv", "\(path)/manifest.json", "\(path)/manifest.toml").run()
    #expect(moved.status == 0)
    #expect(store.list().map(\.usedTime) == [0])
    #expect(find(run) == nil)
    #expect(!Files.exists(path))
    // Another's output under this key.
    #expect(try record(Self.run("b")))
    #expect(
      try Command.tool("mv", "\(store.executions)/\(Self.run("b").key)", path).run().status == 0)
    #expect(find(run) == nil)
    #expect(store.list().isEmpty)
  }

  /// Its SHA-256 was kept, of which this version makes none.
  @Test func whatAnotherVersionKeptIsMadeAgain() throws {
    let run = Self.run("a")
    let path = "\(store.executions)/\(run.key)"
    #expect(try record(run))
    let size = store.list()[0].size
    let manifest = String(decoding: try Files.read("\(path)/manifest.json"), as: UTF8.self)
    let digest = String(repeating: "0", count: 64)
    let old = manifest.replacing("\"format\":3", with: "\"format\":2")
      .replacing(/"xxh3":"[0-9a-f]{32}"/, with: "\"sha256\":\"\(digest)\"")
    #expect(old.utf8.count == manifest.utf8.count + 34)
    try Files.write(Array(old.utf8), to: "\(path)/manifest.json")
    // It is listed, cleaned by its age and size, and never given out.
    #expect(store.list().map(\.command) == [["a"]])
    #expect(store.clean(size: size + 34) == Removal())
    #expect(find(run) == nil)
    #expect(!Files.exists(path))
    #expect(try record(run))
    #expect(try read(find(run)) == Self.output)
    try Files.write(Array(old.utf8), to: "\(path)/manifest.json")
    #expect(store.clean(size: size) == Removal(runs: 1, bytes: size + 34))
  }

  /// In sizes around that of the blocks in which it is read.
  @Test(arguments: [1_000, 32_000, 65_536, 131_072, 300_000])
  func anyWrongByteIsFoundWhileItIsRead(frames: Int) throws {
    let output = StreamText.whole(["mix": Sounds.noise(frames: frames)])
    let run = Self.run("a")
    let path = "\(store.executions)/\(run.key)/stream"
    #expect(try record(run, output))
    #expect(try read(find(run)) == output)
    let lastLine = output.dropLast().lastIndex(of: UInt8(ascii: "\n")) ?? 0
    let places = [
      0, 1, 100, output.count / 2, (1 << 18) - 1, 1 << 18, 1 << 20, lastLine, lastLine + 1,
      output.count - 1,
    ]
    for place in places where place < output.count {
      var bytes = output
      bytes[place] ^= 1
      try Files.write(bytes, to: path)
      #expect(try read(find(run)) == nil, "byte \(place)")
    }
    // Cut after it was opened.
    try Files.write(output, to: path)
    let execution = try #require(find(run))
    #expect(try Command.tool("truncate", "-s", "500", path).run().status == 0)
    #expect(try read(execution) == nil)
  }

  @Test func whatStopsTheReaderStopsTheReading() throws {
    let run = Self.run("a")
    #expect(try record(run, StreamText.whole(["mix": Sounds.noise(frames: 2_000_000)])))
    var blocks = 0
    #expect(throws: FilterError.self) {
      try find(run)?.read { _ throws(FilterError) in
        blocks += 1
        throw FilterError(.io, "No.")
      }
    }
    #expect(blocks == 1)
  }

  @Test func whatIsReadStaysReadableWhenItIsDropped() throws {
    let run = Self.run("a")
    #expect(try record(run))
    let execution = find(run)
    _ = store.clear()
    #expect(find(run) == nil)
    #expect(try read(execution) == Self.output)
  }

  @Test func leftoversGoButNotWhatIsBeingWritten() throws {
    let alive = try Recording(in: store, limit: nil)
    let dead = "\(store.partial)/dead"
    for path in [dead, "\(store.partial)/empty"] {
      #expect(try Command.tool("mkdir", path).run().status == 0)
    }
    try Files.write([1, 2], to: "\(dead)/stream")
    _ = store.clear()
    #expect(try Command.tool("ls", store.partial).run().text.split(separator: "\n").count == 1)
    Self.output.withUnsafeBytes { alive.add($0) }
    #expect(alive.commit(Self.run("a"), command: []))
    #expect(try read(find(Self.run("a"))) == Self.output)
  }

  @Test func theLeastRecentlyUsedGoFirst() throws {
    let names = ["a", "b", "c", "d"]
    for (index, name) in names.enumerated() {
      #expect(try record(Self.run(name)))
      let path = "\(store.executions)/\(Self.run(name).key)/manifest.json"
      let age = "\(10 - index) days ago"
      #expect(try Command.tool("touch", "-d", age, path).run().status == 0)
    }
    // Giving it out is a use.
    #expect(find(Self.run("a")) != nil)
    #expect(store.list().map { $0.command.first } == ["b", "c", "d", "a"])
    let size = store.list()[0].size
    #expect(store.clean() == Removal())
    #expect(store.clean(size: 4 * size) == Removal())
    #expect(store.clean(olderThan: 9 * 86_400) == Removal(runs: 1, bytes: size))
    #expect(store.clean(size: 2 * size) == Removal(runs: 1, bytes: size))
    #expect(store.list().map { $0.command.first } == ["d", "a"])
    #expect(store.clean(size: 0) == Removal(runs: 2, bytes: 2 * size))
  }

  @Test func aRecordingEndsAtItsLimit() throws {
    let recording = try Recording(in: store, limit: 100)
    Self.output.withUnsafeBytes { recording.add($0) }
    #expect(recording.problem?.contains("--max-size") == true)
    #expect(!recording.commit(Self.run("a"), command: []))
    #expect(store.list().isEmpty)
  }

  @Test func aDigestIsRememberedUntilTheFileChanges() throws {
    let path = try folder.write([1, 2, 3], to: "model")
    let touched = try Command.tool("touch", "-d", "1 day ago", path).run()
    #expect(touched.status == 0)
    let first = try store.digests.digest(of: path)
    #expect(first.isCurrent)
    // Written a moment ago: the clock of files is too coarse to tell what comes next from it.
    #expect(!Files.exists(store.digests.folder))
    try Files.write([1, 2, 4], to: path)
    #expect(!first.isCurrent)
    #expect(try store.digests.digest(of: path).sha256 != first.sha256)

    let old = try store.digests.digest(of: "/bin/ls")
    let remembered = try Command.tool("ls", store.digests.folder).run().text
    #expect(remembered.split(separator: "\n").count == 1)
    #expect(try store.digests.digest(of: "/bin/ls").sha256 == old.sha256)
    // It is taken from there.
    let note = "\(store.digests.folder)/\(remembered.dropLast())"
    var bytes = try Files.read(note)
    bytes.replaceSubrange(0..<64, with: repeatElement(UInt8(ascii: "f"), count: 64))
    try Files.write(bytes, to: note)
    #expect(try store.digests.digest(of: "/bin/ls").sha256 == String(repeating: "f", count: 64))
    // And not for another state of the file.
    bytes[70] ^= 1
    try Files.write(bytes, to: note)
    #expect(try store.digests.digest(of: "/bin/ls").sha256 == old.sha256)
  }
}
