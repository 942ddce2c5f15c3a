import APCore
import TestSupport
import Testing

/// What `ap-cache` does with the cache itself.
@Suite struct CacheActionTests {
  private let cached: Cached

  init() throws {
    cached = try Cached()
  }

  private func make(_ files: String..., options: [String] = []) throws {
    for file in files {
      let outcome = try cached("cat", options: options).run(.bytes(Cached.input(file: file)))
      #expect(outcome.status == 0)
      #expect(outcome.errors == "")
    }
  }

  private func sources() throws -> [String] {
    try cached("list", "--json", options: []).run().text.split(separator: "\n").map { line in
      try JSONValue(parsing: Array(line.utf8))["source"]?.string ?? ""
    }
  }

  @Test func theListSaysWhatThereIs() throws {
    #expect(try cached("list", options: []).run().text == "USED  SIZE  SOURCE  COMMAND\n")
    try make("a.wav", "b c.wav")
    let table = try cached("list", options: []).run()
    #expect(table.status == 0)
    let lines = table.text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[2].contains(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  79\.\d KB  b c\.wav  cat$/))
    let json = try cached("list", "--json", options: []).run().text.split(separator: "\n")
    let run = try JSONValue(parsing: Array(try #require(json.last).utf8))
    #expect(run["command"] == ["cat"])
    #expect(run["key"]?.string?.count == 64)
    #expect(run["size"]?.int ?? 0 > 80_000)
    #expect(run["created"]?.string?.count == 20)
  }

  @Test func cleaningStartsWithWhatWasNotUsedForLongest() throws {
    try make("a", "b", "c", "a")
    #expect(try sources() == ["b", "c", "a"])
    let none = try cached("clean", "--older-than", "1h", options: []).run()
    #expect(none.errors == "ap-cache: Removed 0 runs, 0 B.\n")
    let one = try cached("clean", "--max-size", "170k", options: []).run()
    #expect(one.errors.contains("Removed 1 run, "))
    #expect(try sources() == ["c", "a"])
    #expect(try cached("clean", "--older-than=0s", options: ["--quiet"]).run().errors == "")
    #expect(try sources() == [])
  }

  @Test func aLimitHoldsInEveryRun() throws {
    try make("a", "b", "c", options: ["--max-size", "170k"])
    #expect(try sources() == ["b", "c"])
    let variables = ["AP_CACHE_MAX_SIZE": "100k"]
    #expect(
      try cached("cat", environment: variables).run(.bytes(Cached.input(file: "d"))).status == 0)
    #expect(try sources() == ["d"])
    let large = try cached("cat", options: ["--max-size", "10k"])
      .run(.bytes(Cached.input(file: "e")))
    #expect(large.status == 0)
    #expect(large.errors.contains("is not kept. It is larger than --max-size allows."))
    #expect(try sources() == ["d"])
    #expect(try cached("clean", options: [], environment: variables).run().status == 0)
    #expect(try sources() == ["d"])
  }

  /// Features of texts lie in the same folder, and are listed and removed with the rest.
  @Test func textsAreListedAndRemovedToo() throws {
    let sam = Command(
      "ap-sam", "-m", fixture("sam-audio"), "--steps", "1", "--prompt", "dog", "--prompt", "a man",
      environment: ["XDG_CACHE_HOME": cached.folder.path])
    let sound = StreamText.whole(["mix": Sounds.noise(frames: 4_800)], rate: 48_000)
    #expect(try sam.run(.bytes(sound)).status == 0)
    try make("a.wav")
    let table = try cached("list", options: []).run().text.split(separator: "\n")
    #expect(table.count == 4)
    #expect(table.count { $0.hasSuffix("  -       ap-sam: what a prompt means") } == 2)
    let kinds = try cached("list", "--json", options: []).run().text.split(separator: "\n").map {
      try JSONValue(parsing: Array($0.utf8))["kind"]?.string
    }
    #expect(kinds == ["text", "text", "output"])

    let nothing = try cached("clean", options: []).run()
    #expect(nothing.status == 0)
    #expect(
      nothing.errors.contains(
        /Removed nothing: 1 run and 2 texts are kept, \S+ KB. Give --older-than, --max-size or both/
      ),
      "\(nothing.errors)")
    #expect(try cached("list", options: []).run().text.split(separator: "\n").count == 4)
    // Both are used again before the output is.
    #expect(try sam.run(.bytes(sound)).status == 0)
    let oldest = try cached("clean", "--max-size", "20k", options: []).run()
    #expect(oldest.errors.contains("Removed 1 run, "), "\(oldest.errors)")
    let all = try cached("clear", options: []).run()
    #expect(all.errors.contains("Removed 0 runs and 2 texts, "), "\(all.errors)")
    #expect(try cached("list", options: []).run().text == "USED  SIZE  SOURCE  COMMAND\n")
  }

  @Test func clearingLeavesNothing() throws {
    try make("a", "b")
    let outcome = try cached("clear", options: []).run()
    #expect(outcome.errors.contains("Removed 2 runs, "))
    #expect(try cached.files("*").filter { !$0.hasSuffix("/lock") }.allSatisfy(Self.isFolder))
    #expect(try cached("cat").run(.bytes(Cached.input(file: "a"))).isFound == false)
  }

  private static func isFolder(_ path: String) -> Bool {
    (try? Command.tool("test", "-d", path).run().status == 0) ?? false
  }

  @Test(arguments: [
    (["list", "more"], "more"), (["list", "--older-than", "1d"], "--older-than"),
    (["clean", "--older-than", "never"], "never"), (["clean", "--max-size", "-1"], "--max-size"),
    (["clear", "--json"], "--json"), (["--json", "cat"], "--json goes after list"),
    (["--max-size", "much", "cat"], "much"), (["--none", "cat"], "--none"), ([], "Give a filter"),
    (["--"], "no filter"), (["--max-size", "1", "clean"], "goes after clean"),
    (["--no-cache", "clear"], "not before clear"), (["--hash-input", "list"], "not before list"),
  ])
  func whatMeansNothingIsRefused(words: [String], mention: String) throws {
    var command = cached(options: [])
    command.arguments += words
    let outcome = try command.run(.bytes(Cached.input()))
    #expect(outcome.status == 64)
    #expect(outcome.output == [] || outcome.isAbort)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains(mention), "\(outcome.errors)")
    #expect(outcome.errors.contains("ap-cache --help") || mention == "no filter")
  }

  @Test(arguments: [["AP_CACHE": "perhaps"], ["AP_CACHE_MAX_SIZE": "much"]])
  func aVariableThatMeansNothingIsRefused(variables: [String: String]) throws {
    let outcome = try cached("cat", environment: variables).run(.bytes(Cached.input()))
    #expect(outcome.status == 78)
    #expect(outcome.isAbort)
  }

  @Test(arguments: ["list", "clean", "clear"])
  func helpIsThatOfTheCommand(action: String) throws {
    let outcome = try cached(action, "--help", options: []).run()
    #expect(outcome.status == 0)
    #expect(outcome.text == (try cached("--help", options: []).run().text))
  }

  /// A name of an action is a filter after `--` or with a folder before it.
  @Test func aFilterMayHaveTheNameOfAnAction() throws {
    let list = try cached.stranger(name: "list")
    #expect(try cached(list, options: []).run(.bytes(Cached.input())).output == Cached.input())
    let path = "\(cached.folder.path):/usr/bin:/bin"
    let outcome = try cached("--", "list", options: [], environment: ["PATH": path])
      .run(.bytes(Cached.input()))
    #expect(outcome.output == Cached.input())
    #expect(try cached.runs() == 1)
  }
}
