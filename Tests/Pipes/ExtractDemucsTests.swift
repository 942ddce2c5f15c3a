import TestSupport
import Testing

@Suite struct ExtractDemucsTests {
  private let folder: TemporaryFolder
  private let song: String

  /// The script as it is installed, beside the filters; and half a second of the demo song.
  init() throws {
    folder = try TemporaryFolder()
    song = folder.file("song.wav")
    try folder.install("extract-demucs")
    try folder.shell(
      "./ap-decode --end-time 0.5 '\(Project.root)/scripts/demo/mix.flac' | ./ap-encode -o song.wav"
    )
  }

  @Test func makesAFileAStem() throws {
    let outcome = try extract(song, "stems")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try stems() == ["bass.wav", "drums.wav", "other.wav", "vocals.wav"])
  }

  @Test func bracesInTheFolderAreBraces() throws {
    let outcome = try extract(song, "stems/{live}} {track}")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try folder.shell("ls 'stems/{live}} {track}'")
        == "bass.wav\ndrums.wav\nother.wav\nvocals.wav\n")
  }

  @Test func optionsReachTheirFilter() throws {
    let outcome = try extract(
      song, "stems", "--two-stems", "vocals", "--format=flac", "--bits", "16")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try stems() == ["no_vocals.flac", "vocals.flac"])
  }

  @Test func overwritesOnlyWhenAsked() throws {
    #expect(try extract(song, "stems").status == 0)
    let before = try Files.read(folder.file("stems/bass.wav"))
    try folder.shell("echo mine > stems/drums.wav")
    #expect(try extract(song, "stems").status == 73)
    #expect(try Files.read(folder.file("stems/drums.wav")) == Array("mine\n".utf8))
    #expect(try extract(song, "stems", "--force").status == 0)
    #expect(try Files.read(folder.file("stems/bass.wav")) == before)
    #expect(try Files.read(folder.file("stems/drums.wav")).count == before.count)
  }

  static let failures: [([String], Int32)] = [
    (["absent.mp3", "stems"], 66),
    (["extract-demucs", "stems"], 65),
    (["song.wav", "stems", "--no-such-option"], 64),
    (["song.wav", "stems", "-m", "absent"], 69),
    (["song.wav", "stems", "--bits", "7"], 64),
    (["song.wav", "stems", "--format"], 64),
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

  private func extract(_ arguments: String...) throws -> Outcome { try extract(arguments) }

  private func extract(_ arguments: [String]) throws -> Outcome {
    try folder.command(["./extract-demucs"] + arguments).run()
  }

  private func stems() throws -> [String] {
    try Command.tool("ls", "-A", folder.file("stems")).run().text.split(separator: "\n")
      .map(String.init)
  }
}
