import TestSupport
import Testing

/// `scripts/batch.mk` as it is installed, beside the filters.
@Suite struct BatchMakeTests {
  private let folder: TemporaryFolder

  /// Half a second of the demo song under two names, and a FLAC file that is cut.
  init() throws {
    folder = try TemporaryFolder()
    try folder.install("batch.mk")
    try folder.shell(
      """
      ./ap-decode --end-time 0.5 '\(Project.root)/scripts/demo/mix.flac' | ./ap-encode -o one.wav
      ./ap-decode --start-time 3 --end-time 3.5 '\(Project.root)/scripts/demo/mix.flac' |
        ./ap-encode -o 'two words.flac'
      head -c 20000 'two words.flac' >broken.flac
      """)
  }

  @Test func brokenSongLeavesTheOthersAlone() throws {
    let outcome = try make(
      "-j2", "-k", "STEMS=out", #"SONGS=one.wav two\ words.flac broken.flac"#,
      "DEMUCS_FLAGS=--threads 1")
    #expect(outcome.status == 2)
    #expect(Set(outcome.text.split(separator: "\n")).isSuperset(of: ["out/one", "out/two words"]))
    #expect(outcome.errors.contains("broken.flac is damaged"))
    #expect(try folder.shell("ls -A out") == "one\ntwo words\n")
    #expect(
      try folder.shell("ls -A 'out/two words'")
        == ".done\nbass.wav\ndrums.wav\nother.wav\nvocals.wav\n")
    try folder.shell(
      """
      ./ap-decode 'two words.flac' | ./ap-demucs | ./ap-encode -o 'plain/{track}.wav'
      diff -r --exclude=.done plain 'out/two words'
      """)
  }

  @Test func secondRunDoesNothing() throws {
    #expect(try make("FILTERS=cat", "SONGS=one.wav").status == 0)
    let listing = "find stems -printf '%p %i %T@\\n' | sort"
    let before = try folder.shell(listing)
    let outcome = try make("FILTERS=cat", "SONGS=one.wav")
    #expect(outcome.status == 0)
    #expect(outcome.text == "make: Nothing to be done for 'stems/'.\n")
    #expect(try folder.shell(listing) == before)
  }

  /// Its name is make's goal, so that make says it.
  @Test(arguments: [
    "mine", "mine/", "o ut", "o%x", "o% x", "help", ".hid", "a[b]c", "s*r", "c:c", ".",
  ])
  func folderIsNamedWhereThereIsNothingToDo(stems: String) throws {
    for text in ["/one\n", ": Nothing to be done for '"] {
      let outcome = try make("FILTERS=cat", "SONGS=one.wav", "STEMS=\(stems)")
      #expect(outcome.status == 0, "\(outcome.errors)")
      let path = stems.hasSuffix("/") ? stems : "\(stems)/"
      #expect(outcome.text == (text == "/one\n" ? "\(path)one\n" : "make\(text)\(path)'.\n"))
    }
    #expect(Files.exists(folder.file("\(stems)/one/mix.wav")))
  }

  /// What its owner may have put into the old folder is not lost.
  @Test func newerSongIsMadeAgainBesideTheOld() throws {
    #expect(try make("FILTERS=cat", "SONGS=one.wav").status == 0)
    try folder.shell("echo mine >stems/one/notes && touch -d '1 hour ago' stems/one/.done")
    #expect(try make("FILTERS=cat", "SONGS=one.wav").status == 0)
    #expect(try folder.shell("ls -A stems stems/one*/notes").contains("stems/one.~1~/notes"))
    #expect(try folder.shell("ls -A stems/one") == ".done\nmix.wav\n")
  }

  /// Killed in the middle, as by a power cut: a half-made folder is neither shown nor kept.
  @Test func killedRunIsResumed() throws {
    let kill = "FILTERS=sh -c 'head -c 9999; kill -9 $$PPID'"
    #expect(try make(kill, "SONGS=one.wav").status == 2)
    #expect(try folder.shell("ls -A stems") == ".one.part\n")
    try folder.shell("echo half >stems/.one.part/half")
    #expect(try make("FILTERS=cat", "SONGS=one.wav").status == 0)
    #expect(try folder.shell("ls -A stems stems/one") == Self.oneSong)
  }

  /// Interrupted while the song's stems are moved to their place: they are whole, and stay so.
  @Test(arguments: ["INT", "TERM"])
  func interruptedRunLeavesFinishedSongs(signal: String) throws {
    _ = try folder.write(
      Array(
        """
        #!/bin/sh
        /bin/mv "$@"; kill -\(signal) $(sed -n "s/^PPid:.//p" /proc/$PPID/status); sleep 0.5
        """.utf8), to: "mv")
    try folder.shell("chmod +x mv")
    #expect(try make("FILTERS=cat", "SONGS=one.wav").status != 0)
    #expect(try folder.shell("ls -A stems stems/one") == Self.oneSong)
    try folder.shell("rm mv")
    #expect(try make("FILTERS=cat", "SONGS=one.wav").text.contains("Nothing to be done"))
  }

  private static let oneSong = "stems:\none\n\nstems/one:\n.done\nmix.wav\n"

  @Test func twoAtOnceDoNotShareASong() throws {
    let outcome = try folder.command([
      "bash", "-c",
      """
      make -f batch.mk 'FILTERS=sh -c "touch begun; until [ -e go ]; do sleep 0.05; done; exec cat"' \
        SONGS=one.wav & first=$!
      until [ -e begun ]; do sleep 0.05; done
      make -f batch.mk FILTERS=cat SONGS=one.wav; echo "second $?"
      touch go; wait $first; echo "first $?"
      """,
    ]).run()
    #expect(outcome.text == "second 2\nstems/one\nfirst 0\n", "\(outcome.errors)")
    #expect(outcome.errors.contains("another make is at work on stems/one; wait for it, or end it"))
    #expect(outcome.errors.contains("Error 75"))
    #expect(try folder.shell("ls -A stems stems/one") == Self.oneSong)
  }

  /// The second found the song not done when it started, and done when its turn came.
  @Test func songThatAnotherMadeMeanwhileIsDone() throws {
    let outcome = try folder.command([
      "bash", "-c",
      """
      slow='sh -c "touch begun; until [ -e go ]; do sleep 0.05; done; exec cat"'
      make -f batch.mk "FILTERS=$slow" 'SONGS=two\\ words.flac one.wav' & first=$!
      until [ -e begun ]; do sleep 0.05; done
      make -f batch.mk FILTERS=cat 'SONGS=two\\ words.flac' && touch go; wait $first
      """,
    ]).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.shell("ls -A stems") == "one\ntwo words\n")
  }

  /// Those before the command at fault end by SIGPIPE, and those after it find their input cut.
  @Test(arguments: [
    ("absent-filter", 127), ("sh -c 'exit 69'", 69),
    ("cat | sh -c 'head -c 9999; kill -9 $$$$' | cat", 137),
    ("sh -c 'exec <&-; sleep 1; exit 7' | cat", 7), ("head -c 9999", 65),
  ])
  func codeOfTheCommandAtFaultIsTold(filters: String, code: Int) throws {
    let outcome = try make("FILTERS=\(filters)", "SONGS=one.wav")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("stems/one/.done] Error \(code)"), "\(outcome.errors)")
    #expect(try folder.shell("ls -A stems") == "")
  }

  @Test func dryRunPrintsAPipeThatDoesTheSame() throws {
    let outcome = try make("-n", "-s", #"SONGS=two\ words.flac"#, "FILTERS=cat", "FORMAT=flac")
    #expect(outcome.status == 0)
    #expect(!Files.exists(folder.file("stems")))
    #expect(outcome.text.contains("ap-encode -o '{track}.flac'"))
    let script = try folder.write(Array(outcome.text.utf8), to: "pasted")
    try folder.shell("PATH=$PWD:$PATH bash -e '\(script)'")
    #expect(try folder.shell("ls -A 'stems/two words'") == ".done\nmix.flac\n")
  }

  @Test func optionsReachTheirFilter() throws {
    let outcome = try make(
      "SONGS=one.wav", "DECODE_FLAGS=--end-time 0.2", "DEMUCS_FLAGS=--two-stems vocals",
      "ENCODE_FLAGS=--bits 16", "FORMAT=flac")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.shell("ls stems/one") == "no_vocals.flac\nvocals.flac\n")
    #expect(try folder.shell("cat stems/one/.done") == "ap-demucs --two-stems vocals\n")
  }

  /// Formats whose names are no extensions.
  @Test(arguments: [("aac", "bass.m4a"), ("alac", "bass.m4a"), ("stem.mp4", "one.stem.mp4")])
  func eachFormatHasItsName(format: String, file: String) throws {
    let tracks = file == "bass.m4a" ? "--tracks bass" : ""
    let outcome = try make("SONGS=one.wav", "FORMAT=\(format)", "ENCODE_FLAGS=\(tracks)")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.shell("ls stems/one") == "\(file)\n")
    let codec = try folder.shell(
      "ffprobe -v error -select_streams 0 -show_entries stream=codec_name -of csv=p=0 stems/one/\(file)"
    )
    #expect(codec == (format == "alac" ? "alac\n" : "aac\n"))
  }

  /// Each of these means something to make, to the shell or to ap-encode.
  static let names = [
    "a b", "a  c", "it's", "x [1]", "x 1", "h#h", "d$d", "$(v)", "p%p", "c:c", "e=e", "q?q", "st*r",
    "~u", "am&p", "pa(r)en", "br{a}ce", "co,mma", "ünï", "\"dq\"", "-dash", "!b", "`t", "@at",
    "a.b",
  ]

  @Test func oddNamesStayWhatTheyAre() throws {
    let songs = Self.names.map { "songs/\($0).wav" }
    try folder.shell("mkdir songs")
    for song in songs {
      #expect(try Command.tool("cp", folder.file("one.wav"), folder.file(song)).run().status == 0)
    }
    _ = try folder.write(Array(songs.joined(separator: "\n").utf8), to: "list")
    #expect(try make("-j2", "LIST=list", "STEMS=o ut", "FILTERS=cat").status == 0)
    let made = try folder.shell("find 'o ut' -name mix.wav -printf '%P\\n'")
    #expect(Set(made.split(separator: "\n")) == Set(Self.names.map { "\($0)/mix.wav" }))
    #expect(
      try make("LIST=list", "STEMS=o ut", "FILTERS=cat").text.contains("Nothing to be done"))
  }

  /// As Notepad and PowerShell write it.
  @Test func listMayHaveAByteOrderMark() throws {
    _ = try folder.write(Array("\u{FEFF}one.wav\r\ntwo words.flac\r\n".utf8), to: "list")
    let outcome = try make("LIST=list", "FILTERS=cat")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.shell("ls stems") == "one\ntwo words\n")
  }

  static let refusals: [([String], String)] = [
    ([], "no songs"),
    (["LIST=absent"], "no songs"),
    (["SONGS=one.wav other/one.flac"], "one.wav other/one.flac"),
    (["SONGS=one.wav a;b.wav"], "a;b.wav"),
    (["SONGS=a|b.wav"], "a|b.wav"),
    ([#"SONGS=a\b.wav"#], #"a\b.wav"#),
    (["SONGS=one.wav ._one.wav"], "._one.wav"),
    (["SONGS=one.wav", "STEMS="], "STEMS is empty"),
    (["SONGS=one.wav", "FORMAT=doc"], "doc"),
    (["SONGS=one.wav", "FORMAT="], "FORMAT"),
    (["SONGS=absent.wav"], "absent.wav"),
  ]

  @Test(arguments: refusals)
  func wrongUseIsRefused(arguments: [String], message: String) throws {
    let outcome = try make(arguments)
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains(message))
    #expect(!Files.exists(folder.file("stems")))
  }

  @Test func helpNeedsNoSongs() throws {
    let outcome = try make("help")
    #expect(outcome.status == 0)
    #expect(outcome.text.hasPrefix("Usage: make -f batch.mk STEMS="))
    #expect(outcome.text.contains("ENCODE_FLAGS"))
  }

  private func make(_ arguments: String...) throws -> Outcome { try make(arguments) }

  private func make(_ arguments: [String]) throws -> Outcome {
    try folder.command(["make", "-f", "batch.mk"] + arguments, environment: ["LC_ALL": "C"]).run()
  }
}
