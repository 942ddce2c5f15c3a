import APCore
import TestSupport
import Testing

@Suite struct ExtractSAMTests {
  private let folder: TemporaryFolder

  /// The script as it is in the project, beside the filters; and half a second of the demo song.
  init() throws {
    folder = try TemporaryFolder()
    try folder.install("extract-sam")
    try folder.shell(
      "./ap-decode --end-time 0.5 '\(Project.root)/scripts/demo/mix.flac' | ./ap-encode -o song.wav"
    )
  }

  /// With the small model and a prompt.
  private func extract(_ options: String...) throws -> Outcome {
    try extract(
      ["song.wav", "sounds", "-m", fixture("sam-audio"), "--steps", "1", "--prompt", "dog barking"]
        + options)
  }

  private func extract(_ arguments: [String]) throws -> Outcome {
    try folder.command(["./extract-sam"] + arguments).run()
  }

  private func sounds() throws -> [String] {
    try folder.shell("ls -A sounds").split(separator: "\n").map(String.init)
  }

  @Test func makesAFileAPrompt() throws {
    let outcome = try extract("--prompt", "a man", "--residual")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try sounds() == [
        "a-man.residual.wav", "a-man.wav", "dog-barking.residual.wav", "dog-barking.wav",
      ])
  }

  @Test func optionsReachTheirFilter() throws {
    let outcome = try extract(
      "--length", "0.3", "--overlap=0.1", "--format=flac", "--bits", "16", "--span", "-0.1..0.2",
      "--stereo")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try sounds() == ["dog-barking.flac"])
    try folder.shell("./ap-decode sounds/dog-barking.flac > sound")
    let header = try ReadStream(try Files.read(folder.file("sound"))).header
    #expect(header.frames == 24_000)
    #expect(header.channels == 2)
    #expect(header.rate == 48_000)
  }

  @Test func optionsOfAllPartsAreTaken() throws {
    let outcome = try extract(
      "--min-length", "0.1", "--max-length=0.3", "--fade", "linear", "--start-time", "0.2",
      "--template", "x-{track}.flac", "--seed", "3", "--clip", "gain", "-q")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    #expect(try sounds() == ["x-dog-barking.flac"])
    let stream = try ReadStream(
      try Command("ap-decode", folder.file("sounds/x-dog-barking.flac")).run().output)
    #expect(stream.header.frames == 14_400)
  }

  /// Options are checked first, but what comes through a pipe is still there for the filter.
  @Test func promptsMayComeThroughAPipe() throws {
    try folder.shell(
      """
      ./extract-sam song.wav sounds -q --steps 1 -m '\(fixture("sam-audio"))' \
        --prompts-file <(echo dog; echo a man)
      """)
    #expect(try sounds() == ["a-man.wav", "dog.wav"])
  }

  @Test func severalFilesGetAFolderEach() throws {
    try folder.shell("mkdir in && cp song.wav in/a.wav && cp song.wav in/b.wav")
    let outcome = try extract([
      "in", "song.wav", "sounds", "-m", fixture("sam-audio"), "--steps", "1", "--prompt", "dog",
    ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try folder.shell("find sounds -type f ! -name .extracted | sort")
        == "sounds/a/dog.wav\nsounds/b/dog.wav\nsounds/song/dog.wav\n")
  }

  @Test func overwritesOnlyWhenAsked() throws {
    #expect(try extract().status == 0)
    let before = try Files.read(folder.file("sounds/dog-barking.wav"))
    try folder.shell("echo mine > sounds/dog-barking.wav")
    #expect(try extract().status == 73)
    #expect(
      try Files.read(folder.file("sounds/dog-barking.wav")) == Array("mine\n".utf8))
    #expect(try extract("--force").status == 0)
    #expect(try Files.read(folder.file("sounds/dog-barking.wav")) == before)
  }

  /// Installed, the script's library lies elsewhere.
  @Test func theLibraryIsFoundWhereItIsInstalled() throws {
    try folder.shell(
      "mkdir -p bin share/ap && mv extract-sam bin && mv lib/command.sh lib/extract.sh share/ap")
    let outcome = try folder.command(["bin/extract-sam", "--help"]).run()
    #expect(outcome.status == 0)
    #expect(outcome.text.hasPrefix("Usage: extract-sam FILE… FOLDER"))
  }

  static let failures: [([String], Int32)] = [
    (["absent.mp3", "sounds", "--prompt", "dog", "-m", fixture("sam-audio")], 66),
    (["extract-sam", "sounds", "--prompt", "dog", "-m", fixture("sam-audio")], 65),
    (["song.wav", "sounds", "-m", fixture("sam-audio")], 64),
    (["song.wav", "sounds", "--prompt", "dog", "-m", "absent"], 69),
    (["song.wav", "sounds", "--prompt", "dog", "--length", "0"], 64),
    (["song.wav", "sounds", "--length"], 64),
    (["song.wav"], 64),
  ]

  /// The status is that of the filter at fault, not of those that it took along.
  @Test(arguments: failures)
  func failureLeavesNothing(arguments: [String], status: Int32) throws {
    let outcome = try extract(arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
    #expect(!Files.exists(folder.file("sounds")))
  }
}
