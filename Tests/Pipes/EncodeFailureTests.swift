import APCore
import TestSupport
import Testing

/// What keeps `ap-encode` from writing whole files: nothing is left of them.
@Suite struct EncodeFailureTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func encode(_ arguments: String..., input: [UInt8]) throws -> Outcome {
    try Command(executable: "\(Command.products)/ap-encode", arguments).run(.bytes(input))
  }

  private func encode(within bytes: Int, _ output: String, _ input: [UInt8]) throws -> Outcome {
    try Filters.python(
      "filesize.py", ["\(bytes)", "\(Command.products)/ap-encode", "-o", folder.file(output)]
    ).run(.bytes(input))
  }

  /// The bytes are missing where they are written last, at the codec's end; where the header is
  /// corrected; in the middle; and where there is no room for a header.
  @Test(
    arguments: ["wav", "flac", "ogg", "mp3", "m4a"], [1, 2, 100, 3_000, 20_000, .max])
  func aFullDiskLeavesNothing(format: String, missing: Int) throws {
    let input = StreamText.whole(
      ["a": Sounds.noise(frames: 60_000)], isCounted: missing != 2,
      more: #","source":{"tags":{"title":"A title that stands before the sound"}}"#)
    let whole = folder.file("whole.\(format)")
    #expect(try encode("-o", whole, input: input).status == 0)
    let bytes = try Files.read(whole)

    let fits = try encode(within: bytes.count + 4_096, "fits.\(format)", input)
    #expect(fits.status == 0, "\(fits.errors)")
    #expect(try Files.read(folder.file("fits.\(format)")) == bytes)

    let short = try encode(within: max(0, bytes.count - missing), "short.\(format)", input)
    #expect(short.status == 74)
    #expect(short.errorLines.count == 1, "\(short.errors)")
    #expect(
      short.errors.contains("Cannot write \(folder.file("short.\(format)")): File too large."))
    #expect(try folder.list() == ["fits.\(format)", "whole.\(format)"])
  }

  /// There is no room where the file for a pipe is made first; the pipe itself has some.
  @Test(arguments: ["flac", "mp3", "m4a"], [0, 1_000, 5_000])
  func aFullTemporaryFileIsCalledThat(format: String, bytes: Int) throws {
    let outcome = try Filters.python(
      "filesize.py",
      ["\(bytes)", "\(Command.products)/ap-encode", "-o", "-", "--format", format]
    ).run(.bytes(StreamText.whole(["a": Sounds.noise(frames: 60_000)])))
    #expect(outcome.status == 74)
    #expect(
      outcome.errors == "ap-encode: Cannot write the temporary file: File too large."
        + " Give --temp-dir a folder with room.\n")
    #expect(outcome.output == [])
  }

  /// One track's file fits, the other's not.
  @Test func aDiskThatIsFullForOneTrackLeavesNoTrack() throws {
    var text = StreamText(tracks: ["a", "b"])
    text.audio(Sounds.noise(frames: 1_000), track: "a")
    text.audio([Float](repeating: 0, count: 1_000), track: "b")
    text.end(records: 2, frames: ["a": 1_000, "b": 1_000])
    let outcome = try encode(within: 2_000, "new/{track}.flac", text.bytes)
    #expect(outcome.status == 74, "\(outcome.errors)")
    #expect(try folder.list() == [])
  }

  static let samples: [(Float, String)] = [
    (.nan, "not a number"), (.infinity, "infinite"), (-.infinity, "infinite"),
    (3e38, "3e+38 times full scale"), (-1_001, "1001.0 times full scale"),
  ]

  /// libmp3lame aborts and libvorbis writes noise, or silence.
  @Test(arguments: ["mp3", "ogg"], samples)
  func whatNoCodecCanHoldIsNamed(format: String, sample: (value: Float, words: String)) throws {
    var sound = Sounds.sine(frames: 30_000, channels: 2)
    sound[2 * 20_001 + 1] = sample.value
    let input = StreamText.whole(["mix": sound], channels: 2)
    let outcome = try encode("-o", folder.file("a.\(format)"), input: input)
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("frame 20001 has a sample that is \(sample.words)"),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("--clip clamp"))
    #expect(try folder.list() == [])
    // The advice is good.
    #expect(
      try encode("--clip", "clamp", "-o", folder.file("a.\(format)"), input: input).status == 0)
    let isLoud = sample.value.isFinite
    let gain = try encode("--clip", "gain", "-o", folder.file("g.\(format)"), input: input)
    #expect(gain.status == (isLoud ? 0 : 65), "\(gain.errors)")
    #expect(try folder.list() == (isLoud ? ["a.\(format)", "g.\(format)"] : ["a.\(format)"]))
  }

  @Test(arguments: ["mp3", "ogg"])
  func sixtyDecibelsTooLoudIsAFile(format: String) throws {
    let input = StreamText.whole(["mix": Sounds.noise(frames: 9_000).map { $0 * 1_000 }])
    #expect(try encode("-o", folder.file("a.\(format)"), input: input).status == 0)
    #expect(try folder.list() == ["a.\(format)"])
  }

  /// The most frames that a record of one channel may have, and more than libvorbis takes at once.
  @Test(arguments: ["wav", "flac", "ogg", "mp3"], [[], ["--rate", "8000"]])
  func aRecordOfAnyLengthIsEncoded(format: String, options: [String]) throws {
    let frames = 2_500_000
    let input = StreamText.whole(
      ["mix": [Float](repeating: 0.25, count: frames)], rate: 48_000, recordFrames: frames)
    var command = Command("ap-encode", "-o", folder.file("a.\(format)"))
    command.arguments += options
    let outcome = try command.run(.bytes(input))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let read = try ReadStream(Command("ap-decode", folder.file("a.\(format)")).run().output)
    #expect(read.header.frames == (options.isEmpty ? frames : (frames * 8 + 47) / 48))
  }

  @Test(arguments: [("wav", true), ("ogg", true), ("flac", false), ("mp3", false)])
  func noSoundIsAFileThatCanBeReadOrAnError(format: String, isHeld: Bool) throws {
    let path = folder.file("a.\(format)")
    let outcome = try encode("-o", path, input: StreamText.whole(["mix": []], channels: 2))
    #expect(outcome.status == (isHeld ? 0 : 65), "\(outcome.errors)")
    #expect(outcome.errors.contains("The stream has no sound") == !isHeld)
    #expect(try folder.list() == (isHeld ? ["a.\(format)"] : []))
    guard isHeld else { return }
    let read = try Command("ap-decode", path).run()
    #expect(read.status == 0, "\(read.errors)")
    #expect(try ReadStream(read.output).header.frames == 0)
  }

  @Test func aFailedRunTakesItsFoldersAlong() throws {
    try folder.shell("mkdir there")
    let cut = Array(StreamText.whole(["a": Sounds.noise(frames: 9_000)]).dropLast(10))
    for output in ["there/new/deep/{track}.wav", "new/{track}/{track}.flac"] {
      #expect(try encode("-o", folder.file(output), input: cut).status == 65)
      #expect(try folder.shell("find . | sort") == ".\n./there\n")
    }
    // What another made meanwhile stays.
    let full = try encode(
      "-o", folder.file("there/new/{track}.wav"), input: StreamText.whole(["a": [1]]))
    #expect(full.status == 0)
    #expect(try encode("-o", folder.file("there/new/b/{track}.wav"), input: cut).status == 65)
    #expect(try folder.shell("find . | sort") == ".\n./there\n./there/new\n./there/new/a.wav\n")
  }

  @Test func forceReplacesALinkAndNotWhatItLeadsTo() throws {
    let input = StreamText.whole(["a": [0.5]])
    try folder.shell("echo mine >file.wav; ln -s file.wav link.wav; ln -s nowhere dangling.wav")
    for name in ["link.wav", "dangling.wav"] {
      let refused = try encode("-o", folder.file(name), input: input)
      #expect(refused.status == 73)
      #expect(refused.errors.contains("--force"), "\(refused.errors)")
      #expect(try encode("--force", "-o", folder.file(name), input: input).status == 0)
    }
    #expect(
      try folder.shell("find . -type f | sort; find . -type l; cat file.wav")
        == "./dangling.wav\n./file.wav\n./link.wav\nmine\n")
  }
}
