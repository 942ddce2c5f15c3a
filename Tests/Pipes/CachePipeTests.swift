import APCore
import Glibc
import TestSupport
import Testing

/// `ap-cache` in real pipes: it is the filter, and answers from memory.
@Suite struct CachePipeTests {
  private let cached: Cached

  init() throws {
    cached = try Cached()
  }

  private static let model = fixture("demucs/htdemucs_tiny.th")

  private static let filters: [[String]] = [
    ["ap-segment", "--length", "0.1", "--overlap", "0.02"],
    ["ap-demucs", "-m", model, "--stems", "vocals,bass"], ["ap-mix", "half=0.5*mix"], ["cat"],
  ]

  @Test(arguments: filters)
  func theSecondRunGivesTheSameBytes(words: [String]) throws {
    let input = Cached.input()
    let plain =
      words[0] == "cat"
      ? try Command.tool("cat").run(.bytes(input))
      : try command(words).run(.bytes(input))
    var through = cached()
    through.arguments += words
    let outcomes = try (0..<3).map { _ in try through.run(.bytes(input)) }
    #expect(plain.status == 0)
    #expect(outcomes.map(\.status) == [0, 0, 0])
    #expect(outcomes.map(\.output) == [plain.output, plain.output, plain.output])
    #expect(outcomes.map(\.isFound) == [false, true, true])
    #expect(try cached.count() == 1)
    #expect(try cached.leftovers() == [])
  }

  @Test func aFilterWithItsFolderIsTheSame() throws {
    #expect(try !cached("ap-segment", "--quiet").run(.bytes(Cached.input())).isFound)
    let path = Command("ap-segment").executable
    #expect(try cached(path, "--fade", "cosine").run(.bytes(Cached.input())).isFound)
  }

  @Test func windowsAreJoinedOnce() throws {
    let pipeline = Pipeline([
      Command("ap-segment", "--length", "0.1", "--overlap", "0.01"), cached("ap-xfade"),
    ])
    let outcomes = try (0..<2).map { _ in try pipeline.run(.bytes(Cached.input()))[1] }
    #expect(outcomes.map(\.isFound) == [false, true])
    #expect(outcomes[0].output == outcomes[1].output)
  }

  @Test func aFileIsDecodedOnce() throws {
    let path = cached.folder.file("a.wav")
    let made = try Command("ap-encode", "-o", path).run(.bytes(Cached.input()))
    #expect(made.status == 0)
    let plain = try Command("ap-decode", path).run()
    let outcomes = try (0..<2).map { _ in try cached("ap-decode", path).run() }
    #expect(outcomes.map(\.isFound) == [false, true])
    #expect(outcomes.map(\.output) == [plain.output, plain.output])
    // The name is in the output.
    _ = try Command.tool("mv", path, cached.folder.file("b.wav")).run()
    let renamed = try cached("ap-decode", cached.folder.file("b.wav")).run()
    #expect(!renamed.isFound)
    #expect(try ReadStream(renamed.output).header.source?.file == "b.wav")
    // And other sound under the old name is not the old sound.
    let other = Cached.input(frames: 20_001)
    #expect(try Command("ap-encode", "-o", path).run(.bytes(other)).status == 0)
    let changed = try cached("ap-decode", path).run()
    #expect(!changed.isFound)
    #expect(changed.output == (try Command("ap-decode", path).run().output))
  }

  @Test func standardInputIsDecodedAsThePipeOrTheFileThatItIs() throws {
    let path = cached.folder.file("a.wav")
    #expect(try Command("ap-encode", "-o", path).run(.bytes(Cached.input())).status == 0)
    for input in [Input.file(path), .bytes(try Files.read(path))] {
      let plain = try Command("ap-decode", "-").run(input)
      let outcomes = try (0..<2).map { _ in try cached("ap-decode", "-").run(input) }
      #expect(outcomes.map(\.output) == [plain.output, plain.output])
      #expect(outcomes.map(\.isFound) == [false, true])
    }
    #expect(try cached.count() == 2)
  }

  /// Whoever did the work: the filter, or the cache in its place.
  @Test func aReportIsWrittenByWhoDidTheWork() throws {
    let file = cached.folder.file("report.json")
    for tool in ["ap-segment", "ap-cache"] {
      let outcome = try cached("ap-segment", "--report", file).run(.bytes(Cached.input()))
      #expect(outcome.status == 0)
      let report = try JSONValue(parsing: Array(Files.read(file).dropLast()))
      #expect(report["tool"] == .string(tool))
      #expect(report["exit"] == 0)
    }
    // Of ap-cache itself: the filter fails, then there is nothing but the filter.
    let own = cached.folder.file("own.json")
    let failing = try cached.stranger("exit 3")
    let failed = try cached(failing, options: ["--report", own]).run(.bytes(Cached.input()))
    #expect(failed.status == 3)
    #expect(try JSONValue(parsing: Array(Files.read(own).dropLast()))["exit"] == 3)
    let before = try cached.folder.list()
    _ = try cached("cat", options: ["--no-cache", "--report", file]).run(.bytes(Cached.input()))
    #expect(try cached.folder.list() == before)
  }

  @Test func onlyWhatShapesTheOutputCounts() throws {
    func isFound(_ words: String..., environment: [String: String] = [:]) throws -> Bool {
      var command = cached(environment: environment)
      command.arguments += words
      let outcome = try command.run(.bytes(Cached.input(frames: 500)))
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.isFound
    }
    let model = Self.model
    #expect(try !isFound("ap-demucs", "-m", model))
    #expect(
      try isFound(
        "ap-demucs", "--model", model, "--threads", "1", "--quiet", "--progress", "json",
        "--overlap", "0.250", "--shifts=0"))
    #expect(try !isFound("ap-demucs", "-m", model, "--overlap", "0.3"))
    #expect(try !isFound("ap-demucs", "-m", model, "--stems", "bass"))
    // The same name, other weights.
    let other = cached.folder.file("htdemucs_tiny.th")
    _ = try Command.tool("cp", model, other).run()
    #expect(try isFound("ap-demucs", "-m", other))
    let bag = "models: ['htdemucs_tiny']\nweights: [[0.5, 1, 1, 1]]\n"
    let yaml = try cached.folder.write(Array(bag.utf8), to: "htdemucs_tiny.yaml")
    #expect(try !isFound("ap-demucs", "-m", yaml))
    // What the environment chooses.
    let folder = cached.folder.path
    #expect(try isFound("ap-demucs", "-m", "htdemucs_tiny", environment: ["AP_MODELS": folder]))
  }

  @Test func aFilterOfOthersIsKnownByItsWordsAndItsProgram() throws {
    let stranger = try cached.stranger()
    func isFound(_ words: String...) throws -> Bool {
      var command = cached(stranger)
      command.arguments += words
      let outcome = try command.run(.bytes(Cached.input()))
      #expect(outcome.output == Cached.input())
      return outcome.isFound
    }
    #expect(
      try [isFound("a"), isFound("a"), isFound("b"), isFound()] == [false, true, false, false])
    #expect(try cached.runs() == 3)
    _ = try cached.stranger("cat")
    #expect(try [isFound("a"), isFound("a")] == [false, true])
    #expect(try cached.runs() == 4)
  }

  @Test func aStreamThatDoesNotTellIsKnownByItsBytes() throws {
    let stranger = try cached.stranger()
    let streams = [1, 2].map { seed in
      StreamText.whole(["mix": Sounds.noise(frames: 3_000, seed: UInt64(seed))])
    }
    for _ in 0..<2 {
      for stream in streams {
        #expect(try cached(stranger).run(.bytes(stream)).output == stream)
      }
    }
    #expect(try cached.runs() == 2)
    // A header that tells too much, because a filter did not add itself to the history.
    let louder = StreamText.whole(
      ["mix": Sounds.noise(frames: 3_000, seed: 3)], more: Cached.origin("a.wav"))
    let plain = StreamText.whole(
      ["mix": Sounds.noise(frames: 3_000, seed: 4)], more: Cached.origin("a.wav"))
    for _ in 0..<2 {
      for stream in [louder, plain] {
        let command = cached(stranger, options: ["--hash-input"])
        #expect(try command.run(.bytes(stream)).output == stream)
      }
    }
    #expect(try cached.runs() == 4)
  }

  @Test func whatDoesMoreThanWriteAStreamIsRefused() throws {
    let file = cached.folder.file("a.wav")
    for words in [
      ["ap-encode", "-o", file], ["ap-view", "--png", file], ["ap-cache", "ap-segment"],
    ] {
      var command = cached()
      command.arguments += words
      let outcome = try command.run(.bytes(Cached.input()))
      #expect(outcome.status == 64)
      #expect(outcome.errors.contains("\(words[0]) cannot be cached."))
      #expect(outcome.isAbort)
    }
    #expect(try cached.folder.list() == [])
  }

  @Test(arguments: [
    ["ap-segment", "--help"], ["ap-segment", "--version"], ["ap-segment", "--length", "no"],
    ["ap-decode", "/none/such.wav"], ["ap-demucs", "-m", "none-such"],
    ["ap-demucs", "--list-models"],
    ["ap-decode", "/dev/null"], ["ap-segment", "--", "more"],
  ])
  func whatTheFilterHasToSayItSays(words: [String]) throws {
    let plain = try command(words).run(.bytes(Cached.input()))
    var through = cached()
    through.arguments += words
    let outcome = try through.run(.bytes(Cached.input()))
    #expect(outcome.status == plain.status)
    #expect(outcome.output == plain.output)
    #expect(outcome.errors == plain.errors)
    #expect(try cached.count() == 0)
  }

  @Test func aPipeWithAFileNameIsReadOnce() throws {
    let path = cached.folder.file("a.wav")
    #expect(try Command("ap-encode", "-o", path).run(.bytes(Cached.input())).status == 0)
    let script = "mkfifo \"$2/p\"; cat \"$2/a.wav\" >\"$2/p\" & exec \"$1\" ap-decode \"$2/p\""
    let outcome = try Command(
      executable: "/bin/sh",
      ["-c", script, "sh", cached().executable, cached.folder.path],
      environment: ["XDG_CACHE_HOME": cached.folder.path]
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try ReadStream(outcome.output).samples("mix").count == 20_000)
    #expect(try cached.count() == 0)
  }

  @Test(arguments: [["--no-cache"], []])
  func withoutACacheItIsTheFilter(options: [String]) throws {
    let stranger = try cached.stranger()
    for _ in 0..<2 {
      let command = cached(
        stranger, options: options, environment: options.isEmpty ? ["AP_CACHE": "off"] : [:])
      #expect(try command.run(.bytes([1, 2, 3])).output == [1, 2, 3])
    }
    #expect(try cached.runs() == 2)
    #expect(!Files.exists(cached.path))
  }

  @Test func aPlaceThatCannotBeWrittenIsSaidAndNoMatter() throws {
    for (variables, words) in [
      (["XDG_CACHE_HOME": "/dev/null/none"], "Nothing can be kept in /dev/null/none/ap"),
      (["XDG_CACHE_HOME": "", "HOME": ""], "Neither XDG_CACHE_HOME nor HOME"),
    ] {
      let outcome = try cached("cat", options: [], environment: variables)
        .run(.bytes(Cached.input()))
      #expect(outcome.status == 0)
      #expect(outcome.output == Cached.input())
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  /// The filter's first bytes are read before its input goes on: were they held back, this would
  /// wait for ever.
  @Test func aMissDelaysNothing() throws {
    let script = """
      mkfifo "$2/go"
      { head -c 20000 "$2/in"; cat "$2/go"; tail -c +20001 "$2/in"; } | "$1" cat | {
        head -c 10000; echo >"$2/went"; : >"$2/go"; cat; }
      """
    _ = try cached.folder.write(Cached.input(), to: "in")
    let outcome = try Command(
      executable: "/bin/sh", ["-c", script, "sh", cached().executable, cached.folder.path],
      environment: ["XDG_CACHE_HOME": cached.folder.path]
    ).run()
    #expect(outcome.output == Cached.input())
    #expect(try cached.count() == 1)
  }

  private func command(_ words: [String]) -> Command {
    Command(executable: "\(Command.products)/\(words[0])", Array(words.dropFirst()))
  }
}
