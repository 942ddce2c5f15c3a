import APCore
import TestSupport
import Testing

/// One cause, one line, and its exit status: whoever fails, wherever it is in the pipe.
@Suite struct PipeFailureTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Commands that fail, and with what: before their header or after it.
  private static let culprits: [(words: [String], status: Int32)] = [
    (["ap-decode", "/no/such.wav"], 66),
    (["ap-decode"], 64),
    (["ap-segment", "--length", "nonsense"], 64),
    (["ap-segment", "--length", "1", "--overlap", "0", "--report", "/no/such/folder/r"], 73),
    (["ap-xfade"], 65),
    (["ap-xfade", "--fade", "step"], 64),
    (["ap-demucs", "--model", "/no/such.th"], 66),
    (["ap-demucs", "--model", "htdemucs_none"], 69),
    (["ap-demucs", "--stems", "kazoo"], 64),
    (["ap-roformer", "--model", "none-such"], 69),
    (["ap-sam"], 64),
    (["ap-sam", "--prompt", "dog", "--model", "none-such"], 69),
    (["ap-view"], 64),
    (["ap-view", "--png", "/no/such/folder/picture.png"], 73),
    (["ap-cache", "no-such-filter"], 69),
    (["ap-cache", "ap-segment", "--length", "0"], 64),
    (["ap-cache", "ap-demucs", "--model", "htdemucs_none"], 69),
    (["ap-cache", "--nonsense"], 64),
  ]

  /// What may follow it, up to the pipe's end; files go to the folder.
  private static let followers: [[String]] = [
    ["ap-segment"], ["ap-xfade"], ["ap-demucs"],
    ["ap-roformer", "-m", fixture("roformer/bs_two.ckpt")],
    ["ap-sam", "-m", fixture("sam-audio"), "--prompt", "dog"],
    ["ap-view", "--png", "FOLDER/p.png"],
    ["ap-cache", "ap-segment"], ["ap-cache", "cat"], ["ap-encode", "-o", "FOLDER/x/{track}.wav"],
  ]

  private func command(_ words: [String]) -> Command {
    var command = Command(words[0])
    command.arguments = words.dropFirst().map { $0.replacing("FOLDER", with: folder.path) }
    command.environment = ["XDG_CACHE_HOME": folder.file("cache"), "AP_MODELS": "/dev/null"]
    return command
  }

  @Test(arguments: culprits)
  func allThatFollowAFailureAreSilentAndEndAsItDid(words: [String], status: Int32) throws {
    for length in 0...Self.followers.count {
      // The last of all is always the one that writes files.
      let following = Array(Self.followers.suffix(length))
      let outcomes = try Pipeline([command(words)] + following.map(command))
        .run(.bytes(Filters.input(for: "ap-segment")))
      #expect(outcomes[0].status == status, "\(outcomes[0].errors)")
      #expect(outcomes[0].errorLines.count == 1, "\(outcomes[0].errors)")
      for (follower, outcome) in zip(following, outcomes.dropFirst()) {
        #expect(outcome.errors == "", "\(follower)")
        // A stranger under ap-cache passes on what it does not understand.
        #expect(outcome.status == (follower.last == "cat" ? 0 : status), "\(follower)")
      }
    }
    #expect(try folder.list().filter { $0 != "cache" } == [])
  }

  /// A mistake in the settings of all filters is one cause, too.
  @Test(
    arguments: [
      (["AP_THREADS": "many"], "", 78), ([:], "threads: many", 78), ([:], "threads: [", 78),
      (["AP_DEVICE": "cuda"], "", 69), ([:], "temp-dir: /no/such", 73),
    ] as [([String: String], String, Int32)])
  func aWrongSettingIsSaidOnce(environment: [String: String], file: String, status: Int32) throws {
    let home = try Home(file)
    for first in [["ap-decode", "/no/such.wav"], ["ap-segment"], ["ap-mix", "sum=mix"]] {
      let words = [first] + Self.followers
      let commands = words.map { words in
        var command = command(words)
        command.environment.merge(home.environment.merging(environment) { $1 }) { $1 }
        return command
      }
      let outcomes = try Pipeline(commands).run(.bytes(Filters.input(for: "ap-segment")))
      #expect(outcomes[0].errorLines.count == 1, "\(outcomes[0].errors)")
      for (words, outcome) in zip(words, outcomes) {
        #expect(outcome.status == status, "\(words)")
        #expect(words == first || outcome.errors == "", "\(words): \(outcome.errors)")
      }
    }
    #expect(try folder.list() == [])
  }

  /// One that nobody before had to follow is told by the filter that has to, whatever its input.
  @Test(arguments: [["--device", "cuda"], ["--temp-dir", "/no/such"]])
  func aWrongOptionIsOfItsFilterOnly(options: [String]) throws {
    let outcomes = try Pipeline([command(["ap-segment"]), command(["ap-xfade"] + options)])
      .run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcomes[0].errors == "")
    #expect(outcomes[1].errorLines.count == 1)
    #expect(outcomes[1].errors.contains(options[0]))
  }

  /// After its header, too: the input of the first is cut.
  @Test(arguments: followers)
  func aCutIsSaidOnce(follower: [String]) throws {
    let input = Filters.input(for: "ap-segment", frames: 100_000).dropLast(90)
    // What a follower takes decides what may be before it: windows or one piece.
    let takesWindows = follower == ["ap-xfade"]
    for pairs in 1...2 {
      let whole = (0..<pairs).flatMap { _ in [["ap-segment"], ["ap-xfade"]] }
      let chain = takesWindows ? Array(whole.dropLast()) : whole
      let outcomes = try Pipeline((chain + [follower]).map(command)).run(.bytes(Array(input)))
      #expect(outcomes[0].errorLines.count == 1, "\(outcomes[0].errors)")
      // That there is no full model is said too, and is not a failure.
      let others = outcomes.dropFirst().map { $0.errorLines.filter { !$0.contains("small model") } }
      #expect(others.allSatisfy { $0.isEmpty }, "\(others)")
      #expect(outcomes.dropLast().allSatisfy { $0.status == 65 })
      #expect(outcomes.last?.status == (follower.last == "cat" ? 0 : 65))
    }
    #expect(try folder.list().filter { $0 != "cache" && $0 != "x" } == [])
  }

  @Test(arguments: culprits)
  func theWholeStreamIsTheAbort(words: [String], status: Int32) throws {
    let outcome = try command(words).run(.bytes(Filters.input(for: "ap-segment")))
    #expect(outcome.status == status)
    #expect(outcome.isAbort, "\(outcome.text)")
    let path = try folder.write(outcome.output, to: "kept")
    // Of a file nobody has heard yet why it is not a stream.
    let later = try command(["ap-encode", "-o", "FOLDER/x.wav"]).run(.file(path))
    #expect(later.status == status)
    #expect(later.errorLines.count == 1)
    #expect(later.errors.contains(" failed: "))
  }

  @Test(arguments: [
    ["ap-encode"], ["ap-encode", "-o", "/no/such/{nothing}"], ["ap-run", "/no/such.yaml"],
    ["ap-run"],
    ["ap-cache", "list", "--nonsense"], ["ap-demucs", "--list-models", "--report", "/no/such/r"],
  ])
  func whatWritesNoStreamWritesNoAbort(words: [String]) throws {
    let outcome = try command(words).run()
    #expect(outcome.status != 0)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.output == [])
  }

  @Test(arguments: Filters.all)
  func helpIsNoAbort(filter: String) throws {
    let outcome = try Command(filter, "--help").run()
    #expect(outcome.status == 0)
    #expect(!outcome.text.contains("abort"))
  }

  /// With `pipefail`, a shell says what the culprit said.
  @Test(arguments: [
    ("ap-decode /no/such.wav | ap-segment | ap-xfade | ap-encode -o x.wav", 66),
    ("ap-decode $0/a.wav | ap-demucs -m htdemucs_none | ap-encode -o x.wav", 69),
    (
      "ap-decode $0/a.wav | ap-segment | ap-view --png /no/such/p.png | ap-xfade | ap-encode -o x.wav",
      73
    ),
    ("ap-decode $0/a.wav | ap-segment | ap-xfade | ap-encode -o /dev/null/x.wav", 73),
    ("ap-decode $0/a.wav | ap-segment --overlap -1 | ap-cache ap-xfade | ap-encode -o x.wav", 64),
  ])
  func pipefailIsTheCulprits(pipe: String, status: Int32) throws {
    let place = try Workplace()
    try place.makeSongs("a.wav")
    let outcome = try place.shell("set -o pipefail; \(pipe)")
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(try place.folder.list() == ["a.wav"])
  }

  /// Readers in other languages end as the filter did, too.
  @Test func aReaderInPythonFollows() throws {
    let path = try folder.write(command(Self.culprits[0].words).run().output, to: "kept")
    let outcome = try Project.script("sdr", path, path).run()
    #expect(outcome.status == 66)
    #expect(outcome.errors == "")
  }
}

extension Outcome {
  /// Whether all that it wrote is the abort of a filter that had no header, with the status it ended with.
  var isAbort: Bool {
    guard output.starts(with: StreamHeader.magic), output.count(where: { $0 == 10 }) == 1,
      let record = try? JSONValue(parsing: Array(output.dropLast()))
    else { return false }
    return record["type"] == "abort" && record["exit"]?.int == Int(status)
  }
}
