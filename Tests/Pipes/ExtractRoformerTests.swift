import APCore
import TestSupport
import Testing

@Suite struct ExtractRoformerTests {
  private let folder: TemporaryFolder

  /// The script as it is in the project, beside the filters; and half a second of the demo song.
  init() throws {
    folder = try TemporaryFolder()
    try folder.install("extract-roformer")
    try folder.shell(
      "./ap-decode --end-time 0.5 '\(Project.root)/scripts/demo/mix.flac' | ./ap-encode -o song.wav"
    )
  }

  private func extract(_ arguments: [String]) throws -> Outcome {
    try folder.command(["./extract-roformer"] + arguments).run()
  }

  private func files() throws -> [String] {
    try folder.shell("cd stems && find . -type f ! -name .extracted -printf '%P\\n' | sort").split(
      separator: "\n"
    )
    .map(String.init)
  }

  /// Options, of all three parts, and the files that are made.
  @Test(arguments: [
    (["-m", RoformerPipeTests.two], ["other.wav", "vocals.wav"]),
    (["-m", RoformerPipeTests.vocals], ["vocals.wav"]),
    (
      ["--two-stems", "vocals", "-m", RoformerPipeTests.vocals, "--format=flac", "--bits", "16"],
      ["no_vocals.flac", "vocals.flac"]
    ),
    (
      [
        "--start-time", "0:00.1", "--end-time=0.3", "--overlap", "1", "--chunk", "0:01", "--model",
        RoformerPipeTests.two, "--stems", "other", "--template", "x-{track}.aiff", "--channels",
        "1", "--threads", "1",
      ], ["x-other.aiff"]
    ),
  ])
  func makesAFileAStem(options: [String], stems: [String]) throws {
    let outcome = try extract(["song.wav", "stems", "-q"] + options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    #expect(try files() == stems)
    for stem in stems {
      let header = try ReadStream(
        Command("ap-decode", folder.file("stems/\(stem)")).run().output
      ).header
      #expect(header.frames == (options.contains("--end-time=0.3") ? 8_820 : 22_050))
      #expect(header.rate == 44_100)
    }
  }

  @Test func severalSongsGetAFolderEach() throws {
    try folder.shell("mkdir in && cp song.wav in/a.wav && cp song.wav in/b.wav")
    let arguments = ["in", "song.wav", "stems", "-m", RoformerPipeTests.vocals]
    let outcome = try extract(arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try files() == ["a/vocals.wav", "b/vocals.wav", "song/vocals.wav"])

    try folder.shell("echo mine >stems/a/vocals.wav; rm -r stems/b")
    let again = try extract(arguments)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.hasSuffix("\nextract-roformer: 1 done, 2 were there\n"))
    #expect(try folder.shell("cat stems/a/vocals.wav") == "mine\n")
    #expect(Files.exists(folder.file("stems/b/vocals.wav")))
  }

  static let failures: [([String], Int32)] = [
    (["absent.mp3", "stems", "-m", RoformerPipeTests.two], 66),
    (["extract-roformer", "stems", "-m", RoformerPipeTests.two], 65),
    (["song.wav", "stems", "-m", "absent"], 69),
    (["song.wav", "stems", "-m", "absent.ckpt"], 66),
    (["song.wav", "stems", "-m", RoformerPipeTests.two, "--two-stems", "piano"], 64),
    (["song.wav", "stems", "-m", RoformerPipeTests.two, "--shifts", "1"], 64),
    (["song.wav", "stems", "--chunk"], 64),
    (["song.wav"], 64),
  ]

  /// The status is that of the filter at fault, not of those that it took along.
  @Test(arguments: failures)
  func failureLeavesNothing(arguments: [String], status: Int32) throws {
    let outcome = try extract(arguments)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
    #expect(!Files.exists(folder.file("stems")))
  }
}
