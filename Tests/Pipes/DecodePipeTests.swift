import APCore
import TestSupport
import Testing

/// `ap-decode` in real pipes.
@Suite struct DecodePipeTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A file that ffmpeg makes of a tone of two channels with a rising left one.
  private func make(_ name: String, seconds: Double = 1, _ options: [String] = []) throws -> String
  {
    let source = "aevalsrc='0.4*sin(880*t)*t/\(seconds)|0.2*sin(600*t)':s=44100:d=\(seconds)"
    var ffmpeg = Command.tool("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source)
    ffmpeg.arguments += options + [folder.file(name)]
    let outcome = try ffmpeg.run()
    guard outcome.status == 0 else { throw TestSupportError(outcome.errors) }
    return folder.file(name)
  }

  @Test(
    arguments: [
      ("a.wav", []), ("a.flac", []), ("a.mp3", []), ("a.ogg", []), ("a.mkv", ["-c:a", "libopus"]),
      ("a.mp4", ["-movflags", "empty_moov+frag_keyframe"]), ("a.caf", []), ("a.aiff", []),
      ("tagged.wv", []),
    ] as [(String, [String])])
  func standardInputGivesWhatTheFileGives(name: String, options: [String]) throws {
    let path = try make(name, options)
    let file = try Command("ap-decode", path).run()
    let redirected = try Command("ap-decode", "-").run(.file(path))
    let piped = try Command("ap-decode", "-").run(.bytes(Files.read(path)))
    #expect([file.status, redirected.status, piped.status] == [0, 0, 0], "\(piped.errors)")
    #expect(file.errors == "")
    let expected = try ReadStream(file.output)
    #expect(expected.samples("mix").count >= 2 * 44_100)
    for (outcome, isSeekable) in [(redirected, true), (piped, false)] {
      let stream = try ReadStream(outcome.output)
      #expect(stream.samples("mix") == expected.samples("mix"))
      #expect((stream.header.frames != nil) == isSeekable)
      #expect((stream.header.source?.loudness != nil) == isSeekable)
    }
  }

  /// libavformat goes back and forth in these.
  @Test(
    arguments: [
      ("late.m4a", []), ("early.m4a", ["-movflags", "+faststart"]), ("late.mov", []),
      ("packets.caf", ["-c:a", "alac"]),
      ("film.mp4", ["-f", "lavfi", "-i", "testsrc=d=1"]),
    ] as [(String, [String])])
  func aPipeGoesToATemporaryFileWhereItMust(name: String, options: [String]) throws {
    let path = try make(name, options)
    let file = try ReadStream(Command("ap-decode", path).run().output)
    let pipe = try Command("ap-decode", "-").run(.bytes(Files.read(path)))
    #expect(pipe.status == 0)
    #expect(pipe.errors == "")
    let piped = try ReadStream(pipe.output)
    #expect(piped.samples("mix") == file.samples("mix"))
    #expect(piped.header.frames == file.header.frames)
    #expect(piped.header.source?.loudness == file.header.source?.loudness)
    #expect(piped.header.source?.sha256 == file.header.source?.sha256)

    let nowhere = Command("ap-decode", "-", environment: ["TMPDIR": folder.file("none")])
    let refused = try nowhere.run(.bytes(Files.read(path)))
    #expect(refused.status == 73)
    #expect(refused.errors.contains("Give --temp-dir"))
    #expect(refused.isAbort)
  }

  @Test(arguments: [["-b:a", "128k"], ["-q:a", "4"], ["-ar", "22050", "-ac", "1"]])
  func anMP3CutInAPipeIsNoticed(options: [String]) throws {
    let bytes = try Files.read(make("a.mp3", seconds: 4, options))
    #expect(try Command("ap-decode", "-").run(.bytes(bytes)).status == 0)
    let cut = Array(bytes[..<(bytes.count * 2 / 3)])
    let outcome = try Command("ap-decode", "-").run(.bytes(cut))
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("was cut short at"), "\(outcome.errors)")
    let lenient = try Command("ap-decode", "--lenient", "-").run(.bytes(cut))
    #expect(lenient.status == 0)
    #expect(lenient.errorLines.count == 1)
    #expect(lenient.errors.contains(" s early; that is left out."), "\(lenient.errors)")
  }

  @Test func aPipeThatDoesNotBlockIsWaitedFor() throws {
    let path = try make("a.flac", seconds: 4)
    let outcomes = try Pipeline([
      Filters.python("chunks.py", ["50000"]),
      Filters.python("nonblocking.py", ["\(Command.products)/ap-decode", "--quiet", "-"]),
      Filters.python("chunks.py", ["65536"]),
      Filters.python(
        "nonblocking.py", ["\(Command.products)/ap-encode", "--quiet", "-o", "-", "--bits", "24"]),
      Filters.python("chunks.py", ["65536"]),
    ]).run(.bytes(Files.read(path)))
    #expect(outcomes.map(\.status) == [0, 0, 0, 0, 0])
    #expect(outcomes[4].output.count > 4 * 44_100 * 6)
  }

  @Test func theHeaderSaysWhatTheFileIs() throws {
    let tags = ["-metadata", "title=Ein Lied", "-metadata", "artist=Ö & Co"]
    let path = try make("song one.flac", tags)
    let stream = try ReadStream(Command("ap-decode", path).run().output)
    let samples = stream.samples("mix")
    #expect(stream.header.rate == 44_100)
    #expect(stream.header.channels == 2)
    #expect(stream.header.frames == 44_100)
    #expect(stream.header.tracks == [Track("mix")])
    #expect(stream.header.history.map(\.tool) == ["ap-decode"])
    let source = try #require(stream.header.source)
    #expect(source.file == "song one.flac")
    #expect(source.tags["title"] == "Ein Lied")
    #expect(source.tags["artist"] == "Ö & Co")
    let digest = try Command.tool("sha256sum", path).run().text.prefix(64)
    #expect(source.sha256 == String(digest))

    let mono = stride(from: 0, to: samples.count, by: 2).map { index in
      (Double(samples[index]) + Double(samples[index + 1])) / 2
    }
    let mean = mono.reduce(0, +) / Double(mono.count)
    let squares = mono.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let std = (squares / Double(mono.count - 1)).squareRoot()
    let loudness = try #require(source.loudness)
    #expect(abs(loudness.mean - mean) < 1e-12)
    #expect(abs(loudness.std - std) < 1e-12)
  }

  @Test func figuresAreThoseOfWhatIsSent() throws {
    let path = try make("a.mp3")
    let options = [
      "--rate", "16000", "--channels", "1", "--start-time", "0.25", "--end-time", "0.75",
    ]
    var command = Command("ap-decode", path)
    command.arguments += options
    let stream = try ReadStream(command.run().output)
    let samples = stream.samples("mix").map(Double.init)
    #expect(stream.header.frames == 8_000)
    #expect(samples.count == 8_000)
    let mean = samples.reduce(0, +) / 8_000
    #expect(abs((stream.header.source?.loudness?.mean ?? 9) - mean) < 1e-12)
  }

  @Test func withoutLoudnessItIsReadOnce() throws {
    let path = try make("a.wav")
    let stream = try ReadStream(Command("ap-decode", "--no-loudness", path).run().output)
    #expect(stream.header.frames == nil)
    #expect(stream.header.source?.loudness == nil)
    #expect(stream.header.source?.sha256?.count == 64)
    #expect(stream.samples("mix").count == 88_200)
  }

  @Test(
    arguments: [
      (["missing.wav"], 66, "No such file"), (["."], 66, "is a folder"),
      (["text"], 65, "text is not a sound or video file that can be read.\n"),
      (["text.mp3"], 65, "text.mp3 is not a sound or video file that can be read.\n"),
      (["text.wav"], 65, "text.wav is not a sound or video file that can be read.\n"),
      (["random"], 65, "random is not a sound or video file that can be read.\n"),
      (["empty"], 65, "empty is empty.\n"), (["empty.mp3"], 65, "empty.mp3 is empty.\n"),
      (["empty.wav"], 65, "empty.wav is empty.\n"), (["-"], 65, "standard input is empty.\n"),
      (["a.wav", "--stream", "1"], 65, "it has 1"),
      (["a.wav", "--start-time", "5"], 65, "ends before"),
      (["a.wav", "--rate", "5"], 64, "--rate"),
      (["a.wav", "--start-time", "nan"], 64, "--start-time"),
      (["a.wav", "--start-time", "1", "--end-time", "1"], 64, "--end-time must be after"),
      (["a.wav", "--start-time", "100000001"], 64, "must be at most 100000000 seconds."),
      (["a.wav", "--end-time", "999999999999999999"], 64, "must be at most 100000000 seconds."),
      (["a.wav", "--overlap", "999999999999999999"], 64, "must be at most 100000000 seconds."),
      (
        ["a.wav", "--overlap", String(repeating: "9", count: 400)], 64,
        "must be at most 100000000 seconds."
      ), (["a.wav", "--channels", "0"], 64, "--channels"), ([], 64, "file"),
      (["cut.wav"], 65, "was cut short at 0.499 s: its header promises"),
      (["damaged.flac"], 65, "(byte "),
    ] as [([String], Int32, String)])
  func whatCannotBeIsOneLineAndNoStream(options: [String], status: Int32, words: String) throws {
    let wave = try Files.read(make("a.wav"))
    _ = try folder.write(Array(wave[..<(44 + 88_200)]), to: "cut.wav")
    var flac = try Files.read(make("a.flac"))
    for index in 20_000..<20_010 { flac[index] ^= 0xff }
    _ = try folder.write(flac, to: "damaged.flac")
    for name in ["text", "text.mp3", "text.wav"] {
      _ = try folder.write(Array("words".utf8), to: name)
    }
    for name in ["empty", "empty.mp3", "empty.wav"] { _ = try folder.write([], to: name) }
    var random = SplitMix(seed: 3)
    _ = try folder.write(
      (0..<50_000).map { _ in UInt8.random(in: 0...255, using: &random) }, to: "random")
    let command = Command(
      executable: "/usr/bin/env",
      ["-C", folder.path, "\(Command.products)/ap-decode"] + options)
    let outcome = try command.run()
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.isAbort)
  }

  @Test func damageInAPipeAbortsTheStream() throws {
    var flac = try Files.read(make("a.flac", seconds: 10))
    for index in flac.count / 2..<flac.count / 2 + 10 { flac[index] ^= 0xff }
    let outcomes = try Pipeline([Command("ap-decode", "-"), Command("ap-segment")])
      .run(.bytes(flac))
    #expect(outcomes.map(\.status) == [65, 65])
    #expect(outcomes[0].errors.contains("standard input is damaged at"))
    #expect(outcomes[1].errors.isEmpty)
    let lenient = try Command("ap-decode", "--lenient", "-").run(.bytes(flac))
    #expect(lenient.status == 0)
    #expect(lenient.errorLines.count == 1)
    #expect(lenient.errors.contains("frames are silence"))
    #expect(try ReadStream(lenient.output).samples("mix").count == 882_000)
  }

  /// A second that lacks its second half, and what of it is asked for.
  @Test(
    arguments: [
      ([], 22_050, "cut.wav ends 0.5 s early; that is left out."),
      (["--start-time", "0.2"], 13_230, "cut.wav ends 0.5 s early; that is left out."),
      (["--end-time", "0.9"], 22_050, "cut.wav ends 0.5 s early; that is left out."),
      (["--end-time", "0.4"], 17_640, nil),
    ] as [([String], Int, String?)])
  func whatIsMissingIsSaidWhereItIsAskedFor(
    options: [String], frames: Int, sentence: String?
  ) throws {
    let wave = try Files.read(make("a.wav"))
    _ = try folder.write(Array(wave.dropLast(88_200)), to: "cut.wav")
    let outcome = try Command(
      executable: "/usr/bin/env",
      ["-C", folder.path, "\(Command.products)/ap-decode", "--lenient", "cut.wav"] + options
    ).run()
    #expect(outcome.status == 0)
    #expect(outcome.errorLines == (sentence.map { ["ap-decode: warning: \($0)"] } ?? []))
    #expect(try ReadStream(outcome.output).samples("mix").count == 2 * frames)
  }

  @Test(
    arguments: ["truncate -s 2000000", "truncate -s 9000000", "touch"],
    ["", "--no-loudness", "--lenient"])
  func aFileThatChangesMeanwhileIsNoticed(change: String, option: String) throws {
    // The pipe is full while the file changes: the last pass is not over.
    let path = try make("a.wav", seconds: 30)
    let script = """
      ("$1" \(option) "$2"; echo $? >"$2.status") | (head -c 9 >/dev/null; sleep 0.5; \(change) "$2"; cat)
      exit $(cat "$2.status")
      """
    let outcome = try Command.tool(
      "sh", "-c", script, "sh", "\(Command.products)/ap-decode", path
    ).run()
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("changed while"), "\(outcome.errors)")
    #expect(outcome.text.suffix(400).contains(#""type":"abort""#))
  }

  /// What has been decoded is kept, so that the file may go.
  @Test(arguments: ["a.flac", "a.mp3", "a.m4a", "a.ogg", "a.wv"])
  func aFileIsDecodedOnce(name: String) throws {
    let path = try make(name, seconds: 60)
    let whole = try Command("ap-decode", path).run()
    // Nobody may look at the folder, where the sound has no name.
    let temporary = try TemporaryFolder()
    let script = """
      ("$1" "$2"; echo $? >"$3") | (head -c 9; truncate -s 1000 "$2"; ls "$TMPDIR" >&2; cat)
      exit $(cat "$3")
      """
    var command = Command.tool(
      "sh", "-c", script, "sh", "\(Command.products)/ap-decode", path, folder.file("status"))
    command.environment["TMPDIR"] = temporary.path
    let outcome = try command.run()
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    #expect(outcome.output == whole.output)
    #expect(try temporary.list() == [])
  }

  /// The sound is longer than what is kept in memory.
  @Test(arguments: ["/no/such/folder", "full"])
  func withoutRoomItIsDecodedTwice(temporary: String) throws {
    let path = try make("a.mp3", seconds: 60)
    let whole = try Command("ap-decode", path).run()
    // No file may grow past 10 MiB: the system refuses the write as on a full disk.
    var command = Command.tool(
      "bash", "-c", #"ulimit -f 10240; exec "$@""#, "bash", "\(Command.products)/ap-decode", path)
    command.environment["TMPDIR"] = temporary == "full" ? folder.path : temporary
    let outcome = try command.run()
    #expect(outcome.status == 0)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains("The sound is decoded a second time instead."))
    #expect(outcome.output == whole.output)
    #expect(try folder.list() == ["a.mp3"])
    // Neither needs a temporary file.
    command.environment["TMPDIR"] = "/no/such/folder"
    command.arguments += ["--no-loudness"]
    #expect(try command.run().errors == "")
    let wave = try make("a.wav", seconds: 60)
    let plain = try Command("ap-decode", wave, environment: ["TMPDIR": "/no/such/folder"]).run()
    #expect(plain.errors == "")
    #expect(plain.status == 0)
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let path = try make("a.flac", seconds: 30)
    var damaged = try Files.read(path)
    for index in damaged.count / 2..<damaged.count / 2 + 10 { damaged[index] ^= 0xff }
    let bad = try folder.write(damaged, to: "bad.flac")
    let outcomes = try ["1", "2", "7"].map { threads in
      try [
        [path], [bad], ["--lenient", bad], ["--no-loudness", path], ["--no-loudness", bad],
        ["--no-loudness", "--lenient", bad],
      ].map { words in
        var command = Command("ap-decode", "--threads", threads)
        command.arguments += words
        return try command.run()
      }
    }
    for outcome in outcomes {
      #expect(outcome.map(\.status) == [0, 65, 0, 0, 65, 0])
      #expect(outcome.map(\.output) == outcomes[0].map(\.output))
      #expect(outcome.map(\.errors) == outcomes[0].map(\.errors))
    }
    for place in [1, 4] { #expect(outcomes[0][place].errors.contains("is damaged at")) }
    for place in [2, 5] { #expect(outcomes[0][place].errors.contains("frames are silence")) }
  }

  @Test func aVideoCostsWhatItsSoundCosts() throws {
    let path = try make(
      "film.mkv", seconds: 20, ["-f", "lavfi", "-i", "testsrc=s=1280x720:d=20", "-c:a", "flac"])
    let sound = try make("film.flac", seconds: 20)
    let clock = ContinuousClock()
    var film: Outcome?
    let time = try clock.measure { film = try Command("ap-decode", path).run() }
    #expect(try ReadStream(film?.output ?? []).samples("mix").count == 2 * 882_000)
    let alone = try clock.measure { _ = try Command("ap-decode", sound).run() }
    // Decoding 500 pictures of this size takes seconds.
    #expect(time < alone * 3 + .milliseconds(500))
  }

  @Test(arguments: ["wav", "flac"])
  func memoryDoesNotGrowWithTheSound(format: String) throws {
    func peak(seconds: Double) throws -> Int {
      let path = try make("\(seconds).\(format)", seconds: seconds, ["-ar", "16000"])
      let outcome = try Pipeline(
        [Command("ap-decode", path).recordingPeakMemory(in: folder.file("peak"))],
        outputFile: "/dev/null"
      ).run()[0]
      #expect(outcome.status == 0)
      return try folder.number(in: "peak")
    }
    #expect(try peak(seconds: 1800) < peak(seconds: 80) + 4 << 20)
  }

  @Test func aClosedPipeEndsItInSilence() throws {
    let path = try make("a.wav", seconds: 30)
    let outcome = try Pipeline([Command("ap-decode", path)], outputLimit: 10).run()[0]
    #expect(outcome.status == 128 + 13)
    #expect(outcome.errors == "")
    let full = try Pipeline([Command("ap-decode", path)], outputFile: "/dev/full").run()[0]
    #expect(full.status == 74)
    #expect(full.errors.contains("No space left on device"))
  }
}
