import TestSupport
import Testing

/// How `ap-encode` ends when others end it: nothing is left, or the next run clears it away.
@Suite struct EncodeSignalTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var text = StreamText(tracks: ["a", "b"])
    text.audio(Sounds.noise(frames: 50_000), track: "a")
    _ = try folder.write(text.bytes, to: "input")
    let whole = StreamText.whole(["a": [0.5], "b": [0.25]])
    _ = try folder.write(whole, to: "whole")
  }

  /// Runs a script while ap-encode writes `out/new/a.wav` and `out/new/b.wav` and waits for more.
  ///
  /// The shell holds the pipe open, so the end of the input never comes. It also starts what runs beside
  /// it with SIGINT and SIGQUIT ignored; env undoes that.
  private func whileEncoding(_ script: String) throws -> Outcome {
    let script = """
      cd "$2"; encode=$1; mkdir out; mkfifo pipe; exec 3<>pipe; ulimit -c 0
      env --default-signal "$encode" -o 'out/new/{track}.wav' <&3 3<&- & cat input >&3
      until [ "$(ls out/new 2>/dev/null | wc -l)" = 2 ]; do sleep 0.05; done; sleep 0.2
      \(script)
      """
    return try Command.tool(
      "bash", "-c", script, "bash", "\(Command.products)/ap-encode", folder.path
    ).run()
  }

  static let signals: [(String, Int32)] = [
    ("HUP", 1), ("INT", 2), ("QUIT", 3), ("USR1", 10), ("USR2", 12), ("ALRM", 14), ("TERM", 15),
    ("STKFLT", 16), ("XCPU", 24), ("VTALRM", 26), ("PROF", 27), ("IO", 29), ("PWR", 30),
  ]

  @Test(arguments: signals)
  func aSignalLeavesNothing(name: String, number: Int32) throws {
    let outcome = try whileEncoding("ls out/new; kill -\(name) $!; wait $!")
    #expect(outcome.text.contains("a.wav.ap-part-"))
    #expect(outcome.status == 128 + number)
    #expect(try folder.shell("find out") == "out\n")
  }

  @Test func theNextRunClearsAwayWhatAKilledOneLeft() throws {
    let outcome = try whileEncoding(
      """
      kill -KILL $!; wait $!; ls out/new | wc -l
      touch out/new/a.wav.part-1 out/new/a.wav.ap-part-short out/new/c.wav.ap-part-0123456789abc
      "$encode" -o 'out/new/{track}.wav' <whole && ls out/new
      """)
    // What it did not make, or another one's file, is not its own.
    #expect(
      outcome.text
        == "2\na.wav\na.wav.ap-part-short\na.wav.part-1\nb.wav\nc.wav.ap-part-0123456789abc\n")
  }

  @Test func whatAnotherStillWritesStays() throws {
    let outcome = try whileEncoding(
      """
      "$encode" -o 'out/new/{track}.wav' <whole && ls out/new | wc -l
      kill -TERM $!; wait $!; ls out/new
      """)
    #expect(outcome.text == "4\na.wav\nb.wav\n")
  }

  /// A shell's limit is in KiB.
  @Test(arguments: ["wav", "flac", "ogg", "mp3", "opus", "aiff", "m4a"])
  func aLimitOfFileSizesIsAnErrorLikeAFullDisk(format: String) throws {
    _ = try folder.write(StreamText.whole(["a": Sounds.noise(frames: 300_000)]), to: "long")
    let outcome = try Command.tool(
      "bash", "-c", "cd \"$2\"; \(Filters.limitingFiles(to: 20)); \"$1\" -o out/a.\(format) <long",
      "bash",
      "\(Command.products)/ap-encode", folder.path
    ).run()
    #expect(outcome.status == 74, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1)
    #expect(!Files.exists(folder.file("out")))
  }
}
