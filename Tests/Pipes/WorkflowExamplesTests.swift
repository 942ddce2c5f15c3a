import TestSupport
import Testing

/// The workflows of `scripts/workflows`.
@Suite struct WorkflowExamplesTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
  }

  /// An example as it is in `scripts/workflows`.
  private func example(_ name: String, _ options: String) -> String {
    "ap-run '\(Project.root)/scripts/workflows/\(name).yaml' \(options)"
  }

  /// A run, the pipes of a dry run in bash, and a second run.
  private func check(_ command: String, makes count: Int) throws {
    let dry = try place.shell("\(command) --dry-run")
    #expect(dry.status == 0, "\(dry.errors)")
    let outcome = try place.shell(command)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let made = try place.hashes("out")
    #expect(made.split(separator: "\n").count == count)
    let second = try place.shell(command)
    #expect(!second.errorLines.isEmpty)
    #expect(second.errorLines.allSatisfy { $0.hasSuffix("up to date") }, "\(second.errors)")
    #expect(try place.hashes("out") == made)
    _ = try place.folder.write(dry.output, to: "script")
    let pasted = try place.shell("rm -r out && . ./script")
    #expect(pasted.status == 0, "\(pasted.errors)")
    #expect(try place.hashes("out") == made)
  }

  private static let small =
    "--set model='\(SAMPipeTests.model)' --set steps=1 --set length=0.4 --set overlap=0.1"

  /// The films become streams, and each stream a folder of two sounds.
  @Test func describedSoundsOfRecordings() throws {
    _ = try place.shell("mkdir recordings")
    try place.makeSongs("recordings/one.wav", "recordings/two.flac")
    let command = example(
      "sam", "\(Self.small) --set sounds=out --set first='dog barking' --set second=speech")
    try check(command, makes: 6)
    let names = try place.shell("ls out/one").text
    #expect(names == "dog-barking.wav\nspeech.wav\n")
  }

  @Test func chainedResiduals() throws {
    try place.makeSongs("street.wav")
    try check(
      example("sam-chain", "\(Self.small) --set recording=street.wav --set sounds=out"), makes: 3)
    #expect(try place.shell("ls out").text == "music.wav\nother.wav\nspeech.wav\n")
  }

  @Test func predictedSpansAreDrawn() throws {
    try place.makeSongs("street.wav")
    let model = fixture("sam-audio-spans/pe-a-frame")
    try check(
      example(
        "sam-spans",
        "\(Self.small) --set recording=street.wav --set sounds=out --set span_model='\(model)'"),
      makes: 1)
    #expect(try place.shell("ls out out.png").text.contains("out.png"))
  }

  /// Two networks in a row.
  @Test func roformerThenDemucs() throws {
    _ = try place.shell("mkdir songs")
    try place.makeSongs("songs/one.wav")
    try check(
      example("roformer", "--set stems=out --set model='\(RoformerPipeTests.vocals)'"), makes: 4)
    #expect(
      try place.shell("ls out/one").text == "bass.flac\ndrums.flac\nother.flac\nvocals.flac\n")
  }

  @Test func demucsOverAFolder() throws {
    _ = try place.shell("mkdir songs")
    try place.makeSongs("songs/one.wav", "songs/it's two.flac", "songs/-three.mp3")
    let command = example("demucs", "--set stems=out")
    // Whatever model is the best that is installed.
    #expect(try !place.shell("\(command) --dry-run").text.contains("--model"))
    try check(command, makes: 12)
    // A song that is damaged keeps no other from its stems.
    #expect(try place.shell(command).status == 0)
    _ = try place.shell(
      "head -c 1000 songs/one.wav > songs/broken.wav; touch songs/one.wav; rm -r out/-three")
    let outcome = try place.shell("\(command) --keep-going")
    #expect(outcome.status == 65)
    #expect(
      outcome.errors.contains("separate[songs/broken.wav]: ap-decode failed with exit status 65"))
    #expect(outcome.errorLines.count { $0.contains("up to date") } == 1)
    #expect(try place.shell("ls out").text == "-three\nit's two\none\n")
  }
}
