import APCore
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

  /// Formats whose names are no extensions.
  @Test(arguments: [
    ("aac", ["bass.m4a", "drums.m4a", "other.m4a", "vocals.m4a"]), ("alac", ["bass.m4a"]),
    ("M4A", ["bass.m4a"]), ("stem.mp4", ["song.stem.mp4"]),
  ])
  func eachFormatHasItsName(format: String, files: [String]) throws {
    let tracks = files == ["bass.m4a"] ? ["--tracks", "bass"] : []
    let outcome = try extract([song, "stems", "--format", format] + tracks)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try stems() == files)
  }

  /// The first track of a file for DJ software is the song, also for a template that says its format.
  @Test(arguments: [["--format", "stem.mp4"], ["--template", "{source}.stem.mp4"]])
  func stemsOfDJSoftwareSumToTheSong(options: [String]) throws {
    #expect(try extract(["song.wav", "stems", "--bits", "24"] + options).status == 0)
    let sound = try ReadStream(
      Command("ap-decode", folder.file("stems/song.stem.mp4")).run().output)
    let original = try ReadStream(Command("ap-decode", song).run().output)
    #expect(sound.header.frames == original.header.frames)
    let difference = zip(sound.samples("mix"), original.samples("mix")).map { abs($0 - $1) }.max()!
    #expect(difference < 1e-6, "\(difference)")
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

  /// Every option of every part, by asking the parts.
  @Test func optionsOfAllPartsAreTaken() throws {
    let outcome = try extract(
      "--start-time", "0:00.1", "song.wav", "--end-time=0.3", "stems", "--template",
      "{index}-{track}.aiff", "--rate", "22050", "--clip", "clamp", "--tracks", "bass,drums",
      "--channels", "1", "--threads", "1", "-q", "--segment", "0:03", "--overlap", "0.1")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    #expect(try stems() == ["1-drums.aiff", "2-bass.aiff"])
    let stream = try ReadStream(
      try Command("ap-decode", folder.file("stems/2-bass.aiff")).run().output)
    #expect(stream.header.rate == 22_050)
    #expect(stream.header.frames == 4_410)
  }

  /// One folder for each song; finished songs are skipped; a song that cannot be read does not stop the others.
  @Test func severalSongsGetAFolderEach() throws {
    try folder.shell(
      """
      mkdir -p 'in/al bum/.hidden' && cp song.wav 'in/al bum/one.wav' && cp song.wav in/.no.wav
      ln -s ../song.wav in/two.part.flac && cp song.wav 'in/al bum/.hidden/x.wav' && echo no >in/bad.mp3
      ln -s . in/loop && ln -s nowhere in/none.wav
      echo text >in/cover.txt; cp song.wav alone.wav
      """)
    let outcome = try extract("in", "alone.wav", "in/stems")
    #expect(outcome.status == 65)
    #expect(
      try folder.shell("cd in/stems && find . -name vocals.wav | sort")
        == "./al bum/one/vocals.wav\n./alone/vocals.wav\n./two.part/vocals.wav\n")
    #expect(outcome.errorLines.count(where: { $0.hasPrefix("extract-demucs: ") }) == 5)
    #expect(outcome.errors.hasSuffix("\nextract-demucs: 3 done, 1 failed\n"))
    #expect(outcome.errors.contains("extract-demucs: in/bad.mp3: failed with 65\n"))
    #expect(outcome.errors.contains("extract-demucs: in/al bum/one.wav: in/stems/al bum/one\n"))

    let listing = "cd in/stems; find 'al bum' two.part -type f -printf '%p %i %T@\\n' | sort"
    let before = try folder.shell(listing)
    try folder.shell("rm in/bad.mp3; rm -r in/stems/alone")
    let again = try extract("in", "alone.wav", "in/stems")
    #expect(again.status == 0, "\(again.errors)")
    #expect(
      again.errorLines.count(where: { $0.hasSuffix(" is there already; --force makes it again") })
        == 2)
    #expect(again.errors.contains("extract-demucs: alone.wav: in/stems/alone\n"))
    #expect(again.errors.hasSuffix("\nextract-demucs: 1 done, 2 were there\n"))
    #expect(try folder.shell(listing) == before)

    try folder.shell("echo mine >in/stems/two.part/vocals.wav")
    #expect(try extract("in", "in/stems", "-q").errors == "")
    #expect(try folder.shell("cat in/stems/two.part/vocals.wav") == "mine\n")
    #expect(try extract("in", "in/stems", "-q", "--force").status == 0)
    #expect(try folder.shell("wc -c <in/stems/two.part/vocals.wav") != "5\n")
  }

  /// A folder stands for the files whose names end as the page says; others are counted, unless they often lie there.
  @Test func soundAndVideoIsKnownByItsName() throws {
    let page = String(
      decoding: try Files.read("\(Project.root)/man/man1/extract-demucs.1"), as: UTF8.self)
    let list = try #require(page.firstMatch(of: /(?s)tell which those are:\n(.*?) \.\n/)).1
    let names = list.matches(of: /[a-z0-9]+/).map { String($0.0) }.filter {
      $0 != "m" && $0 != "and"
    }
    #expect(names.count > 50)
    #expect(Set(["m2ts", "vob", "aifc", "eac3", "wav"]).isSubset(of: names))
    try folder.shell("mkdir -p in/stems; touch in/.x.iso in/stems/x.iso")
    // They have been separated already.
    for name in names.map({ $0 == "mts" ? "MTS" : $0 }) + ["iso", "txt", "JPG", "part"] {
      _ = try folder.write([], to: "in/\(name)-song.\(name)")
      try folder.shell(
        """
        mkdir 'in/stems/\(name)-song'; cd 'in/stems/\(name)-song'; touch bass.wav
        printf '%s\\n' "ap-demucs -> '{track}.wav'" bass.wav >.extracted
        """)
    }
    let outcome = try extract("in", "in/stems")
    #expect(outcome.status == 0)
    #expect(
      outcome.errorLines.first?.hasPrefix("extract-demucs: 2 other files are left out; ") == true)
    #expect(
      outcome.errors.contains(
        ": in/MTS-song.MTS: in/stems/MTS-song is there already; --force makes it again\n"))
    #expect(outcome.errors.hasSuffix("\nextract-demucs: \(names.count) were there\n"))
  }

  /// What remains of x's folder, in which the folder of x/y is too; and whether x is separated again.
  @Test(arguments: [
    ("true", false),
    ("rm *.wav", true),
    ("rm *.wav; touch .hidden notes.txt", true),
    ("rm *.wav .extracted; echo mine >mine.wav", true),
    ("rm *.wav; touch vocals.wav.ap-part-0123456789abc", true),
    // A run with --force was killed: those of the run before are whole.
    ("touch vocals.wav.ap-part-0123456789abc", false),
  ])
  func onlyASongWithItsStemsIsSkipped(remains: String, isDoneAgain: Bool) throws {
    try folder.shell("mkdir -p in/x && cp song.wav in/x.wav && cp song.wav in/x/y.wav")
    #expect(try extract("in", "stems").status == 0)
    try folder.shell("cd stems/x && \(remains)")
    let again = try extract("in", "stems")
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("extract-demucs: in/x.wav: stems/x\n") == isDoneAgain)
    #expect(again.errors.contains("extract-demucs: in/x/y.wav: stems/x/y is there already; "))
    let files = "bass.wav\ndrums.wav\nother.wav\nvocals.wav\n"
    #expect(try folder.shell("cd stems/x && ls [!m]*.wav") == files)
    #expect(try folder.shell("ls stems/x/y") == files)
  }

  /// What is done to a song's folder, the options of the second run, its code, and what it says of the song.
  static let secondRuns: [(String, [String], Int32, String)] = [
    ("true", ["--tracks", "bass", "--overlap", "0.1", "--threads", "1"], 0, isThere),
    ("true", ["--overlap=0.1", "--tracks=bass"], 0, isThere),
    ("true", ["--overlap=0.1", "--tracks=bass", "--bits", "16"], 73, isOther),
    ("true", ["--two-stems", "vocals"], 73, isOther),
    ("true", ["--format", "flac"], 73, isOther),
    ("true", ["--template", "x{track}.wav"], 73, isOther),
    ("rm bass.wav", ["--format", "flac"], 0, "stems/x\n"),
    ("true", ["--format", "flac", "--force"], 0, "stems/x\n"),
    // Of another program, or of a run with this folder as its last argument.
    ("rm .extracted", [], 73, "failed with 73\n"),
  ]
  private static let isThere = "stems/x is there already; --force makes it again\n"
  private static let isOther = "stems/x was made with other options; --force makes it again\n"

  /// "There already" is said only of what is asked for, and nothing is replaced unless asked.
  @Test(arguments: secondRuns)
  func otherStemsAreNotTakenForThese(
    change: String, options: [String], status: Int32, message: String
  ) throws {
    try folder.shell("mkdir in && cp song.wav in/x.wav")
    #expect(try extract("in", "stems", "--tracks", "bass", "--overlap", "0.1").status == 0)
    let listing = "cd stems/x; find . -type f -printf '%p %i %T@\\n' | sort"
    try folder.shell("cd stems/x; \(change)")
    let before = try folder.shell(listing)
    let again = try extract(["in", "stems"] + options)
    #expect(again.status == status, "\(again.errors)")
    #expect(again.errors.contains("extract-demucs: in/x.wav: \(message)"), "\(again.errors)")
    let isMade = message == "stems/x\n"
    #expect((try folder.shell(listing) == before) == !isMade)
    #expect(Files.exists(folder.file("stems/x/vocals.flac")) == isMade)
  }

  @Test func aMissingStemIsSaid() throws {
    try folder.shell("mkdir in && cp song.wav in/x.wav && cp song.wav in/y.wav")
    #expect(try extract("in", "stems").status == 0)
    try folder.shell("rm stems/x/bass.wav stems/x/other.wav")
    let again = try extract("in", "stems")
    #expect(again.status == 73)
    #expect(
      again.errors == """
        extract-demucs: in/x.wav: stems/x lacks bass.wav other.wav; --force makes it again
        extract-demucs: in/y.wav: stems/y is there already; --force makes it again
        extract-demucs: 1 was there, 1 failed

        """)
    #expect(try extract("in", "stems", "--force").status == 0)
    #expect(try folder.shell("ls stems/x") == "bass.wav\ndrums.wav\nother.wav\nvocals.wav\n")
  }

  /// Wherever the files are put in a song's folder, it is known to have them.
  @Test(arguments: [
    ["--template", "{source}/{track}.wav"], ["--template", "./a//{index}.flac"],
    ["--format", "stem.mp4"],
  ])
  func finishedSongsAreSkippedInAnyForm(options: [String]) throws {
    try folder.shell("mkdir -p in/x && cp song.wav in/x.wav && cp song.wav in/x/y.wav")
    for sum in ["2 done", "2 were there"] {
      let outcome = try extract(["in", "stems"] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors.hasSuffix("extract-demucs: \(sum)\n"))
    }
  }

  /// One file a song, with the song's name, needs no folder of its own; what is known of each stands beside it.
  @Test func aFileASongHasNoFolderOfItsOwn() throws {
    try folder.shell("mkdir -p in/c && cp song.wav in/c/x.wav && cp song.wav in/c/y.wav")
    let options = ["--template", "{source}.flac", "--tracks", "bass"]
    #expect(try extract(["in", "dj"] + options).status == 0)
    #expect(
      try folder.shell("cd dj && find . ! -type d | sort")
        == "./c/.x.extracted\n./c/.y.extracted\n./c/x.flac\n./c/y.flac\n")
    try folder.shell("rm dj/c/y.flac")
    let again = try extract(["in", "dj"] + options)
    #expect(again.status == 0, "\(again.errors)")
    #expect(again.errors.contains("in/c/x.wav: dj/c/x is there already"))
    #expect(again.errors.hasSuffix("\nextract-demucs: 1 done, 1 was there\n"))
  }

  @Test func songsOfOneNameAreSaid() throws {
    try folder.shell("mkdir a b && cp song.wav a && cp song.wav b/song.flac")
    let outcome = try extract("a", "b", "stems")
    #expect(outcome.status == 64)
    #expect(
      outcome.errors == """
        extract-demucs: a/song.wav and b/song.flac would both be stems/song. \
        Give them different folders, or run it once for each; see extract-demucs --help

        """)
    try folder.shell("cp song.wav a/two.wav && cp song.wav b/two.wav")
    #expect(
      try extract("a", "b", "stems").errors.contains(
        "would both be stems/song. a/two.wav and b/two.wav would both be stems/two. Give them"))
    try folder.shell("mkdir empty")
    let empty = try extract("empty", "stems")
    #expect(empty.status == 66)
    #expect(empty.errors == "extract-demucs: there is no sound or video file in empty\n")
    #expect(!Files.exists(folder.file("stems")))
  }

  /// What the network says of its model is said once, unless more was asked for; a song that fails has not said it.
  @Test(arguments: [([], 1), (["--verbose"], 2), (["--log-level", "info"], 2), (["-q"], 0)])
  func smallModelIsNamedOnce(options: [String], times: Int) throws {
    try folder.shell(
      "mkdir in && cp song.wav in/b.wav && cp song.wav in/c.wav && echo no >in/a.mp3")
    let outcome = try folder.command(
      ["./extract-demucs", "in", "stems"] + options,
      environment: ["HOME": folder.path, "XDG_DATA_HOME": folder.path, "AP_MODELS": ""]
    ).run()
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count(where: { $0.contains("Using the small model") }) == times)
    #expect(outcome.errors.contains("a.mp3: failed with 65"))
  }

  /// A song that is unlike the others, the options that it does not fit, and what is said.
  static let oddSongs: [(decoding: String, options: [String], words: String)] = [
    ("--end-time 0.1", ["--start-time", "0.2"], "a.wav ends before 0.2 s. "),
    (
      "--rate 96000", ["--format", "mp3", "--rate", "source"],
      "mp3 cannot have a rate of 96000 Hz, only 8000"
    ),
    ("--lenient --raw s8:44100:9", [], "9 channels cannot be mixed to 2. "),
  ]

  /// Such a song is at fault by itself.
  @Test(arguments: oddSongs)
  func aSongThatDoesNotFitIsOneOfMany(
    decoding: String, options: [String], words: String
  ) throws {
    try folder.shell(
      """
      mkdir in && cp song.wav in/b.wav && cp song.wav in/c.wav
      ./ap-decode \(decoding) song.wav | ./ap-encode -o in/a.wav
      """)
    let outcome = try extract(["in", "stems"] + options)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("\nextract-demucs: 2 done, 1 failed\n"))
  }

  /// What is wrong with all songs is said once, even where only the first of them shows it.
  @Test func aMissingStemEndsIt() throws {
    try folder.shell("mkdir in && cp song.wav in/a.wav && cp song.wav in/b.wav")
    let outcome = try extract("in", "stems", "--stems", "kazoo")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("extract-demucs: in/a.wav: failed with 64\n"))
    #expect(!outcome.errors.contains("b.wav"))
    #expect(outcome.errors.hasSuffix("\nextract-demucs: 1 failed, 1 not tried\n"))
    let unknown = try extract("in", "stems", "--no-such-option")
    #expect(
      unknown.errors
        == "extract-demucs: there is no option --no-such-option; see extract-demucs --help\n")
  }

  /// While the network is at work on a song, which takes it minutes, as the only one or as one of several.
  @Test(
    arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)] as [(String, Int32)],
    [["song.wav"], ["in", "song.wav"]])
  func aSignalEndsTheFilters(signal: (String, Int32), inputs: [String]) throws {
    try folder.shell("mkdir in && cp song.wav in/a.wav")
    // With job control the script can get SIGINT. Who inherited the lock and lives holds it.
    let outcome = try folder.command(
      [
        "bash", "-c",
        """
        signal=$1; shift; exec 9>lock; flock 9; set -m
        ./extract-demucs "$@" stems --shifts 999 --progress json 2>said & script=$!
        until grep -q '"tool":"ap-decode","total":22050' said || ! kill -0 $script; do sleep 0.05; done
        kill -"$signal" $script; wait $script; status=$?
        exec 9>&-; flock -n lock true || echo "filters are left"
        ls -A stems; exit $status
        """, "bash", signal.0,
      ] + inputs
    ).run()
    #expect(outcome.status == signal.1)
    #expect(outcome.text == "")
  }

  /// A folder that cannot be made and a disk that is full are so for all songs.
  @Test(
    arguments: [("song.wav/stems", "100000", 73), ("stems", "8", 74)] as [(String, String, Int32)])
  func aFolderThatCannotBeWrittenEndsIt(place: String, limit: String, status: Int32) throws {
    try folder.shell("mkdir in && cp song.wav in/a.wav && cp song.wav in/b.wav")
    let outcome = try folder.command([
      "bash", "-c",
      "export LLVM_PROFILE_FILE=/dev/null; ulimit -f \(limit); exec ./extract-demucs in '\(place)'",
    ]).run()
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.hasSuffix("\nextract-demucs: 1 failed, 1 not tried\n"))
  }

  /// As where only the project's scripts are there, and the filters come from a package.
  @Test func filtersMayBeInPath() throws {
    try folder.shell("mkdir bin && mv ap-* bin")
    let without = try extract("song.wav", "stems")
    #expect(without.status == 69)
    #expect(without.errors.contains("the filters are not built yet; run "))
    try folder.shell("PATH=$PWD/bin:$PATH ./extract-demucs song.wav stems")
    #expect(try stems() == ["bass.wav", "drums.wav", "other.wav", "vocals.wav"])
  }

  static let failures: [([String], Int32)] = [
    (["absent.mp3", "stems"], 66),
    (["extract-demucs", "stems"], 65),
    (["song.wav", "stems", "--no-such-option"], 64),
    (["song.wav", "stems", "-m", "absent"], 69),
    (["song.wav", "stems", "--bits", "7"], 64),
    (["song.wav", "stems", "--format"], 64),
    (["song.wav", "stems", "--list-models"], 64),
    (["song.wav", "stems", "--json"], 64),
    (["--json"], 64),
    (["song.wav", "stems", "-o", "x.wav"], 64),
    (["song.wav", "stems", "--end-time", "1:99"], 64),
    (["song.wav"], 64),
    (["song.wav", "lib/extract.sh"], 64),
    (["song.wav", "song.wav", "lib/extract.sh"], 64),
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
