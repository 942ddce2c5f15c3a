import APCore
import Glibc
import TestSupport
import Testing

/// How `ap-sam` fails.
@Suite struct SAMFailureTests {
  private static func sam(_ options: String...) -> Command {
    var command = SAMPipeTests.sam("--prompt", "dog")
    command.arguments += options
    return command
  }

  private static func expectFailure(
    _ outcome: Outcome, _ status: Int32, saying words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.errors.contains(words), "\(outcome.errors)", sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    (["--prompt", "Dog!"], "\"dog\" and \"Dog!\" would both be the track \"dog\""),
    (["--prompt", ""], "Prompt 2 has no words. Describe the sound, or say with a --span"),
    (["--prompt", "Other", "--chain-residuals"], "leave --chain-residuals out"),
    (["--span", "1..2"], "--span"),
    (["--span", "+2..1"], "--span"),
    (["--steps", "0"], "'--steps <n>': It must be a whole number from 1 to 1000."),
    (["--span-model", "base"], "--span-model needs --predict-spans"),
    (["--span-threshold", "0.5"], "--span-threshold needs --predict-spans"),
    (["--predict-spans", "--span-threshold", "1.5"], "It must be a number from 0 to 1."),
    (["--predict-spans", "--span-threshold", "nan"], "It must be a number from 0 to 1."),
    (["--candidates", "0"], "'--candidates <n>': It must be a whole number from 1 to 64."),
    (["--candidates", "8"], "--candidates needs a ranker"),
    (["--ranker", "judge"], "--ranker needs several candidates"),
    (["--candidates", "2", "--ranker", "ear"], "--ranker"),
    (["--judge-model", "judge"], "--judge-model needs --ranker"),
    (
      ["--candidates", "2", "--ranker", "clap", "--judge-model", "judge"],
      "--judge-model needs --ranker"
    ),
    (
      ["--candidates", "2", "--ranker", "judge", "--clap-model", "clap"],
      "--clap-model needs --ranker"
    ),
    (["--solver", "dopri5"], "--solver"),
    (["--seed", "-1"], "--seed"),
    (["--watermark", "yes"], "--watermark"),
    (["--weights", "int8"], "--weights"),
    (["--threads", "0"], "--threads"),
  ])
  func usageIsExplained(options: [String], words: String) throws {
    var command = Self.sam()
    command.arguments += options
    let outcome = try command.run(.bytes(SAMPipeTests.input(frames: 10)))
    Self.expectFailure(outcome, 64, saying: words)
    #expect(outcome.isAbort)
  }

  @Test func aPromptIsNeeded() throws {
    let outcome = try SAMPipeTests.sam().run(.bytes(SAMPipeTests.input(frames: 10)))
    Self.expectFailure(outcome, 64, saying: "--prompt or --prompts-file is missing")
  }

  @Test(arguments: [
    ("", 65 as Int32, "has no prompt"), (" \n\n", 65, "has no prompt"),
    ("\u{0}", 65, "not a text file"), ("dog", 64, "would both be"),
  ])
  func aFileOfPromptsIsRead(text: String, status: Int32, words: String) throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(text.utf8), to: "prompts")
    let input = SAMPipeTests.input(frames: 10)
    Self.expectFailure(
      try Self.sam("--prompts-file", file).run(.bytes(input)), status, saying: words)
    Self.expectFailure(
      try Self.sam("--prompts-file", folder.file("none")).run(.bytes(input)), 66,
      saying: "cannot be read")
  }

  /// Weights are gated: the message says where to ask, and which files go where.
  @Test func aMissingModelIsSaid() throws {
    let folder = try TemporaryFolder()
    for model in ["sam-audio-small", "sam-audio-large-tv"] {
      let outcome = try Command(
        "ap-sam", "--prompt", "dog", "-m", model, environment: ["AP_MODELS": folder.path]
      ).run(.bytes(SAMPipeTests.input(frames: 10)))
      Self.expectFailure(outcome, 69, saying: "The model \(model) is not installed")
      for words in [
        "https://huggingface.co/facebook/\(model)", "fetch-models \(model)", "checkpoint.pt",
        folder.path,
      ] { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
      #expect(outcome.isAbort)
    }
  }

  /// What helps is missing: how to get it, before any work is done.
  @Test(arguments: [
    (["--predict-spans"], 69 as Int32, "pe-a-frame-small"),
    (["--predict-spans", "--span-model", "large"], 69, "pe-a-frame-large"),
    (["--predict-spans", "--span-model", "pe-a-frame-base"], 69, "pe-a-frame-base"),
    (["--candidates", "2", "--ranker", "judge"], 69, "sam-audio-judge"),
    (["--candidates", "2", "--ranker", "clap"], 69, "laion_clap"),
    (["--candidates", "2", "--ranker", "ensemble"], 69, "sam-audio-judge"),
    (["--predict-spans", "--span-model", "huge"], 69, "huge"),
    (["--predict-spans", "--span-model", "/no/such/folder"], 66, "/no/such/folder"),
    (["--predict-spans", "--span-model", SAMPipeTests.model], 69, "is not complete"),
  ])
  func aMissingCompanionIsSaid(options: [String], status: Int32, name: String) throws {
    let folder = try TemporaryFolder()
    var command = Self.sam()
    command.environment["AP_MODELS"] = folder.path
    command.arguments += options
    let outcome = try command.run(.bytes(SAMPipeTests.input(frames: 10)))
    Self.expectFailure(outcome, status, saying: name)
    if name.hasPrefix("pe-") || name.hasPrefix("sam-") || name == "laion_clap" {
      let words =
        name == "sam-audio-judge"
        ? "Ask for access at https://huggingface.co/facebook/sam-audio-judge"
        : "fetch-models \(name)"
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    #expect(outcome.isAbort)
  }

  @Test(arguments: [("nothing-known", 69 as Int32), ("/no/such/folder", 66)])
  func anUnknownModelIsSaid(model: String, status: Int32) throws {
    let outcome = try Command("ap-sam", "--prompt", "dog", "-m", model)
      .run(.bytes(SAMPipeTests.input(frames: 10)))
    Self.expectFailure(outcome, status, saying: model)
    #expect(outcome.isAbort)
  }

  /// The small model with one file of it changed.
  private static func damaged(_ file: String, _ change: (inout [UInt8]) -> Void) throws -> Outcome {
    let folder = try TemporaryFolder()
    let copy = try Command.tool("cp", "-r", "\(SAMPipeTests.model)/.", folder.path).run()
    #expect(copy.status == 0)
    var bytes = try Files.read(folder.file(file))
    change(&bytes)
    _ = try folder.write(bytes, to: file)
    var command = SAMPipeTests.sam("--prompt", "dog")
    command.arguments[1] = folder.path
    return try command.run(.bytes(SAMPipeTests.input(frames: 2000)))
  }

  @Test(arguments: [
    ("checkpoint.pt", "checkpoint.pt"), ("t5/model.safetensors", "model.safetensors"),
    ("t5/spiece.model", "spiece.model"), ("config.json", "config.json"),
    ("t5/config.json", "config.json"),
  ])
  func aDamagedModelIsRefused(file: String, name: String) throws {
    for (cut, change) in [
      (false, { (bytes: inout [UInt8]) in bytes.removeLast(bytes.count / 2) }),
      (true, { $0.replaceSubrange(0..<min(64, $0.count), with: repeatElement(0xff, count: 64)) }),
      (true, { $0 = [] }),
    ] as [(Bool, (inout [UInt8]) -> Void)] {
      let outcome = try Self.damaged(file, change)
      Self.expectFailure(outcome, 65, saying: name)
      #expect(outcome.isAbort, "\(cut)")
    }
  }

  /// A weight that is not a number would make all sound so.
  @Test(arguments: ["checkpoint.pt", "t5/model.safetensors"])
  func aWeightThatIsNotANumberIsNamed(file: String) throws {
    let outcome = try Self.damaged(file) {
      let middle = $0.count / 2
      $0.replaceSubrange(middle..<middle + 64, with: repeatElement(0xff, count: 64))
    }
    Self.expectFailure(outcome, 65, saying: "is infinite or not a number")
    #expect(outcome.errors.contains("\(file): the tensor \""), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  /// A claim of a file reserves no memory, and breaks nothing.
  @Test func damageSomewhereEndsInOneSentence() throws {
    var random = SplitMix(seed: 4)
    for (file, rounds) in [("t5/spiece.model", 12), ("config.json", 12), ("checkpoint.pt", 6)] {
      for round in 0..<rounds {
        let outcome = try Self.damaged(file) {
          // A checkpoint's structure is at its beginning and its end.
          let edge = min($0.count, 20_000)
          let tail = Damage.some(of: Array($0.suffix(edge)), round: round, using: &random)
          $0.replaceSubrange($0.count - edge..<$0.count, with: tail)
        }
        #expect([0, 65, 69].contains(outcome.status), "\(outcome.errors)")
        #expect(outcome.errorLines.count == (outcome.status == 0 ? 0 : 1), "\(outcome.errors)")
      }
    }
  }

  /// 20 frames of latents are 0.8 s.
  @Test(arguments: [true, false]) func aTooLongInputIsRefused(isCounted: Bool) throws {
    let folder = try TemporaryFolder()
    let copy = try Command.tool(
      "sh", "-c",
      "cp -r \"$0/.\" \"$1\" && sed -i 's/\"max_positions\": 10000/\"max_positions\": 20/' \"$1/config.json\"",
      SAMPipeTests.model, folder.path
    ).run()
    #expect(copy.status == 0)
    var command = SAMPipeTests.sam("--prompt", "dog")
    command.arguments[1] = folder.path
    func run(frames: Int) throws -> Outcome {
      try command.run(.bytes(SAMPipeTests.input(frames: frames, isCounted: isCounted)))
    }
    let outcome = try run(frames: 38_401)
    Self.expectFailure(outcome, 65, saying: "Put ap-segment --length 30, or less, before")
    #expect(outcome.isAbort == isCounted)
    #expect(try run(frames: 38_400).status == 0)

    let window = try Command("ap-segment", "--length", "1", "--overlap", "0")
      .run(.bytes(SAMPipeTests.input(frames: 50_000))).output
    Self.expectFailure(
      try command.run(.bytes(window)), 65, saying: "Give ap-segment a shorter --length.")
  }

  /// A window's length in a header is a claim, which reserves nothing and breaks nothing.
  @Test(
    arguments: [
      // The last window of a track may be shorter.
      (1000, 10, 0, ""), (1000, 1 << 53, 65, "Window 0 is longer than 400 seconds"),
      (187, 1 << 53, 65, "Window 0 is longer than 400 seconds"), (186, 10, 65, "too far apart"),
      (1, 1 << 53, 65, "too far apart"),
    ] as [(Int, Int, Int32, String)])
  func aWindowMayClaimAnyLength(rate: Int, length: Int, status: Int32, words: String) throws {
    var text = StreamText(
      header: """
        "channels":1,"encoding":"f32le","frames":null,"layout":"windowed","rate":\(rate),\
        "tracks":[{"name":"mix"}],"type":"stream","window":{"fade":"linear","length":9007199254740992,\
        "overlap":4503599627370496}
        """)
    text.audio(Sounds.noise(frames: 10), more: ",\"segment\":0,\"length\":\(length)")
    text.end(records: 1, frames: ["mix": 10])
    let outcome = try Self.sam().run(.bytes(text.bytes))
    guard status != 0 else {
      #expect(outcome.status == 0, "\(outcome.errors)")
      return
    }
    Self.expectFailure(outcome, status, saying: words)
  }

  @Test func severalTracksAndOtherNumbersAreRefused() throws {
    let two = StreamText.whole(["a": [0, 1], "b": [0, 1]], rate: 48_000)
    Self.expectFailure(try Self.sam().run(.bytes(two)), 65, saying: "2 tracks")
    var noise = Sounds.noise(frames: 100)
    noise[51] = .nan
    let outcome = try Self.sam().run(.bytes(StreamText.whole(["mix": noise], rate: 48_000)))
    Self.expectFailure(outcome, 65, saying: "Frame 51 of the input is not a finite number")
  }

  /// Sound comes out window by window: the first one is there when the second one is cut.
  @Test func aCutStreamNeverLooksWhole() throws {
    let windows = try SAMPipeTests.windows(SAMPipeTests.input(frames: 33_600))
    let outcome = try Self.sam().run(.bytes(windows.dropLast(300)))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(throws: (any Error).self) { try ReadStream(outcome.output) }
    #expect(outcome.text.contains(#""segment":0"#))
    #expect(!outcome.text.contains(#""segment":1"#))
    #expect(outcome.text.contains(#""type":"abort""#))
  }

  @Test func aClosedPipeEndsItInSilence() throws {
    let outcome = try Pipeline([Self.sam()], outputLimit: 10)
      .run(.bytes(try SAMPipeTests.windows(SAMPipeTests.input(frames: 100_000))))[0]
    #expect(outcome.status == 128 + SIGPIPE)
    #expect(outcome.errors == "")
  }

  @Test func aFullDiskIsSaid() throws {
    let outcome = try Pipeline([Self.sam()], outputFile: "/dev/full")
      .run(.bytes(SAMPipeTests.input(frames: 20_000)))[0]
    #expect(outcome.status == 74)
    #expect(outcome.errors.contains("No space left on device"))
  }
}
