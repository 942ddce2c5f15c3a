import TestSupport
import Testing

/// What `scripts/batch-slurm` does on its own; `scripts/test-slurm` runs it on a cluster.
@Suite struct BatchSlurmTests {
  private let folder: TemporaryFolder

  /// Two good songs, one that is cut, and one that is not there.
  init() throws {
    folder = try TemporaryFolder()
    try folder.install("batch-slurm")
    try folder.shell(
      """
      ./ap-decode --end-time 0.5 '\(Project.root)/scripts/demo/mix.flac' | ./ap-encode -o one.flac
      cp one.flac "it's two.flac"
      head -c 20000 one.flac >cut.flac
      """)
  }

  private var songs: [String] {
    ["one.flac", "it's two.flac", "cut.flac", "absent.flac"].map(folder.file)
  }

  @Test func dryRunPrintsTheSubmission() throws {
    let outcome = try batch(
      ["--dry-run", "--songs-per-task=3", "--at-once", "5", "--filters", "ap-demucs -m x"]
        + ["st%ems"] + songs + ["--", "--mem", "4G"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let words = outcome.text.split(separator: " ")
    #expect(words.starts(with: ["sbatch", "--parsable", "--requeue", "--open-mode=append"]))
    #expect(words.contains("--array=0-1%5"))
    #expect(words.contains("--output=\(folder.path)/st%%ems/.slurm/logs/%A_%a.log"))
    #expect(outcome.text.contains(" --mem 4G "))
    #expect(outcome.text.contains(#" --filters ap-demucs\ -m\ x "#))
    #expect(outcome.text.hasSuffix(" \(folder.path)/st%ems\n"))
    #expect(!Files.exists(folder.file("st%ems")))
  }

  /// Slurm runs a copy of another name.
  @Test(arguments: [
    ("ap-batch-slurm", "ap-batch-slurm"), ("batch-slurm", "batch-slurm"),
    ("slurm_script", "ap-batch-slurm"),
  ])
  func itSaysTheNameItWasCalledBy(file: String, name: String) throws {
    try folder.shell("cp -n batch-slurm \(file) || true")
    let help = try folder.command(["./\(file)", "--help"]).run()
    #expect(help.text.hasPrefix("Usage: \(name) [options] STEMS"))
    #expect(help.text.split(separator: "\n").contains("       \(name) --status STEMS"))
    #expect(help.text.contains("\n    \(name) --list songs.txt"))
    #expect(try folder.command(["./\(file)"]).run().errors.hasPrefix("\(name): needs a folder"))
    let version = try folder.command(["./\(file)", "--version"]).run()
    #expect(version.text == (try Command("ap-decode", "--version").run().text))
  }

  @Test func listMayComeInAPipe() throws {
    let command = folder.command(
      ["./batch-slurm", "--dry-run", "--songs-per-task", "1", "--list", "-", "stems", "a.mp3"])
    // What is named twice is one song.
    let outcome = try command.run(.bytes(Array("b.mp3\n./a.mp3\n\nc d.mp3\nb.mp3".utf8)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains(" --array=0-2 "))
  }

  /// As Notepad and PowerShell write it.
  @Test func listMayHaveAByteOrderMark() throws {
    _ = try folder.write(Array("\u{FEFF}one.flac\r\nit's two.flac\r\n".utf8), to: "list")
    try folder.shell("mkdir bin && printf '#!/bin/sh\necho 1' >bin/sbatch && chmod +x bin/sbatch")
    try folder.shell("PATH=$PWD/bin:$PATH ./batch-slurm --songs-per-task 9 --list list stems")
    #expect(try folder.shell("cat stems/.slurm/todo") == "\(songs[0])\n\(songs[1])\n")
  }

  /// A task is what Slurm runs on a node: the script, with these variables.
  @Test func taskSaysWhichSongsFailed() throws {
    try submitted()
    #expect(try task(0).status == 0)
    #expect(try task(1).status == 66)
    let status = try batch(["--status", "stems"])
    #expect(status.status == 1)
    #expect(
      status.text.hasPrefix(
        """
        65\t\(songs[2])\t\(folder.path)/stems/.slurm/logs/7_1.log
        66\t\(songs[3])\t\(folder.path)/stems/.slurm/logs/7_1.log
        4 songs: 2 done, 2 failed, 0 left;
        """))
    #expect(
      try folder.shell("ls stems stems/one") == "stems:\nit's two\none\n\nstems/one:\nmix.wav\n")
    #expect(try folder.shell("ls stems/.slurm/parts") == "")
  }

  @Test func requeuedTaskStartsCleanly() throws {
    try submitted()
    let half = "stems/.slurm/parts/one/7_0.0"
    try folder.shell("mkdir -p '\(half)' && echo half >'\(half)/mix.wav'")
    #expect(try batch(["--status", "stems"]).text.hasPrefix("-\t\(songs[0])\n"))
    #expect(try task(0, restart: 1).status == 0)
    #expect(try folder.shell("ls stems/.slurm/parts") == "")
    try folder.shell("cmp stems/one/mix.wav \"stems/it's two/mix.wav\"")
    let listing = "find stems/[io]* -printf '%p %i %T@\\n' | sort"
    let before = try folder.shell(listing)
    #expect(try task(0, filters: "false", restart: 2).status == 0)
    #expect(try folder.shell(listing) == before)
  }

  @Test func finishedAndFailedSongsAreNotSubmittedAgain() throws {
    try submitted()
    _ = try task(0)
    _ = try task(1)
    let options = ["--dry-run", "--songs-per-task", "1", "stems"]
    let again = try batch(options + songs)
    #expect(again.status == 0)
    #expect(again.text == "")
    #expect(again.errors.contains("2 songs failed before"))
    #expect(again.errors.contains("nothing to do"))
    #expect(try batch(["--retry"] + options + songs).text.contains(" --array=0-1 "))
    try folder.shell("cp one.flac cut.flac && touch -d '1 hour ago' stems/.slurm/failed/*")
    #expect(try batch(options + songs).text.contains(" --array=0-0 "))
  }

  /// Formats whose names are no extensions. All songs of a task get the same.
  @Test(arguments: [
    ("aac", "cat", "mix.m4a", "cat"), ("alac", "cat", "mix.m4a", "cat"),
    ("stem.mp4", "ap-demucs", "*.stem.mp4", "ap-demucs --sum-to-mix"),
    ("flac", "ap-demucs --two-stems vocals", "vocals.flac", "ap-demucs --two-stems vocals"),
  ])
  func eachFormatHasItsName(format: String, filters: String, file: String, done: String) throws {
    try submitted()
    let outcome = try task(0, filters: filters, format: format)
    #expect(outcome.status == 0, "\(outcome.errors)")
    for song in ["one", "it's two"] {
      let name = file.replacing("*", with: song)
      let names = try folder.command(["ls", "stems/\(song)"]).run().text
      #expect(names == (filters.hasSuffix("vocals") ? "no_vocals.flac\n" : "") + "\(name)\n")
      let codec = try folder.command([
        "ffprobe", "-v", "error", "-select_streams", "0", "-show_entries", "stream=codec_name",
        "-of", "csv=p=0", "stems/\(song)/\(name)",
      ]).run().text
      #expect(codec == (format == "stem.mp4" ? "aac\n" : "\(format)\n"))
      #expect(try Files.read(folder.file("stems/\(song)/.done")) == Array("\(done)\n".utf8))
    }
  }

  @Test func unknownFilterIsReported() throws {
    try submitted()
    #expect(try task(0, filters: "no-such-filter").status == 127)
    #expect(try task(0, filters: "ap-demucs -m absent").status == 69)
    #expect(try batch(["--status", "stems"]).text.hasPrefix("69\t\(songs[0])\t"))
  }

  static let refusals: [([String], Int32, String)] = [
    ([], 64, "needs a folder"),
    (["stems"], 64, "no songs"),
    (["stems", "a/x.mp3", "b/x.flac"], 64, "a/x.mp3 and "),
    (["stems", "._x.mp3"], 64, "hidden"),
    (["stems", "a\nb.mp3"], 64, "line break"),
    (["stems", "a\tb.mp3"], 64, "tab"),
    (["--at-once", "some", "stems", "a.mp3"], 64, "some"),
    (["--at-once"], 64, "needs a value"),
    (["--mem", "4G", "stems", "a.mp3"], 64, "after --"),
    (["--filters", "ap-demucs |", "stems", "a.mp3"], 64, "not valid in a shell"),
    (["--format", "doc", "stems", "a.mp3"], 64, "\"doc\" is no format"),
    (["--list", "absent", "stems"], 66, "absent"),
    (["--status", "stems"], 66, "nothing was ever submitted"),
  ]

  @Test(arguments: refusals)
  func wrongUseIsRefused(arguments: [String], status: Int32, message: String) throws {
    let outcome = try batch(arguments)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(message))
    #expect(!Files.exists(folder.file("stems")))
  }

  /// The state that a submission leaves before its tasks run.
  private func submitted() throws {
    try folder.shell("mkdir -p stems/.slurm/logs stems/.slurm/failed")
    for file in ["songs", "todo"] {
      try Files.write(
        Array((songs.joined(separator: "\n") + "\n").utf8), to: folder.file("stems/.slurm/\(file)"))
    }
  }

  private func task(
    _ number: Int, filters: String = "cat", format: String = "wav", restart: Int = 0
  ) throws -> Outcome {
    try folder.command(
      [
        "./batch-slurm", "--task", "--songs-per-task", "2", "--filters", filters, "--format",
        format, "stems",
      ],
      environment: [
        "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "\(number)",
        "SLURM_RESTART_COUNT": "\(restart)",
      ]
    ).run()
  }

  private func batch(_ arguments: [String]) throws -> Outcome {
    try folder.command(["./batch-slurm"] + arguments).run()
  }
}
