import APCore
import Glibc
import TestSupport
import Testing

/// What goes wrong around `ap-cache`: nothing wrong is replayed, and no pipe breaks that would not
/// have without it.
@Suite struct CacheFailureTests {
  private let cached: Cached

  init() throws {
    cached = try Cached()
  }

  private static let input = Cached.input()

  private func script(_ text: String, _ arguments: String..., input: Input = .bytes([])) throws
    -> Outcome
  {
    var command = Command(
      executable: "/bin/bash", ["-c", text, "bash", cached().executable] + arguments)
    command.environment = ["XDG_CACHE_HOME": cached.folder.path]
    return try command.run(input)
  }

  // MARK: Input

  /// An upstream that fails must not look as if it had finished, cached or not.
  @Test func anInputThatFailsNeverLooksWhole() throws {
    var text = StreamText(more: Cached.origin("a.wav"))
    text.audio(Sounds.noise(frames: 5_000))
    let body = text.bytes
    text.end(records: 1, frames: ["mix": 5_000])
    let end = body.count
    #expect(try cached("cat").run(.bytes(text.bytes)).status == 0)
    let abort = Array(
      "{\"bytes\":0,\"exit\":74,\"message\":\"No disk.\",\"tool\":\"ap-x\",\"type\":\"abort\"}\n"
        .utf8)
    for (broken, status, words) in [
      (body + abort, 74, nil),
      (body, 65, "The input was cut short between records"),
      (Array(text.bytes.dropLast(3)), 65, "The input was cut short in the line"),
      (text.bytes + [10], 65, "Bytes follow the end of the stream."),
    ] as [([UInt8], Int32, String?)] {
      let outcome = try cached("cat", options: []).run(.bytes(broken))
      #expect(outcome.status == status)
      #expect(outcome.errorLines.count == (words == nil ? 0 : 1), "\(outcome.errors)")
      if let words { #expect(outcome.errors.contains(words), "\(outcome.errors)") }
      #expect(outcome.output.starts(with: body))
      let tail = String(decoding: outcome.output[end...], as: UTF8.self)
      #expect(tail.contains(#""type":"abort""#))
      #expect(!tail.contains(#""type":"end""#))
    }
    #expect(try cached("cat", options: []).run(.bytes(body + abort)).output == body + abort)
  }

  /// A filter that fails in a pipe has told why itself. Of a file nobody has heard yet why it is not a stream.
  @Test(arguments: [("ap-segment", 74), ("cat", 0)] as [(String, Int32)])
  func theFailureOfAFilterBeforeIsToldOnce(filter: String, status: Int32) throws {
    var text = StreamText(more: Cached.origin("a.wav"))
    text.audio(Sounds.noise(frames: 5_000))
    let abort = #"{"bytes":0,"exit":74,"message":"No disk.","tool":"ap-x","type":"abort"}"#
    let broken = text.bytes + Array("\(abort)\n".utf8)
    let path = try cached.folder.write(broken, to: "broken")
    let sentence = "ap-cache: ap-x failed: No disk.\n"
    for options in [[], ["--hash-input"]] {
      let command = cached(filter, options: options)
      for (input, words) in [(Input.bytes(broken), ""), (.file(path), sentence)] {
        let outcome = try command.run(input)
        #expect(outcome.status == status)
        #expect(outcome.errors == words)
      }
    }
    #expect(try cached.count() == 0)
    text.end(records: 1, frames: ["mix": 5_000])
    #expect(try cached(filter).run(.bytes(text.bytes)).status == 0)
    #expect(try cached.count() == 1)
    for (input, words) in [(Input.bytes(broken), ""), (.file(path), sentence)] {
      let outcome = try cached(filter, options: []).run(input)
      #expect(outcome.status == 74)
      #expect(outcome.errors == words)
    }
  }

  @Test func nothingIsKeptOfAnInputThatFails() throws {
    for broken in [Array(Self.input.dropLast(3)), Array(Self.input[..<1_000]), [], [1, 2, 3]] {
      let plain = try Command("ap-segment").run(.bytes(broken))
      let outcome = try cached("ap-segment", options: []).run(.bytes(broken))
      #expect(outcome.status == 65)
      #expect(outcome.output == plain.output)
      #expect(outcome.errors == plain.errors)
      // One of others that does not look at its input.
      let whole = try cached.folder.write(Self.input, to: "whole")
      let blind = try cached.stranger("cat >/dev/null; exec cat '\(whole)'")
      let blindly = try cached(blind).run(.bytes(broken))
      #expect(blindly.output == Self.input)
      #expect(blindly.errors.contains("is not kept. Its input is not a stream"))
      #expect(try cached.count() == 0)
    }
    #expect(try cached.leftovers() == [])
  }

  @Test func whoeverWritesIsReadToTheEndOfAHit() throws {
    let pipeline = Pipeline([Filters.python("chunks.py", ["1000"]), cached("cat")])
    for isFound in [false, true] {
      let outcomes = try pipeline.run(.bytes(Cached.input(frames: 1_000_000)))
      #expect(outcomes.map(\.status) == [0, 0])
      #expect(outcomes[1].isFound == isFound)
    }
  }

  // MARK: Filter

  @Test(arguments: [1, 65, 74, 255])
  func theExitStatusIsTheFilters(status: Int32) throws {
    let stranger = try cached.stranger("cat; exit \(status)")
    for _ in 0..<2 {
      let outcome = try cached(stranger, options: []).run(.bytes(Self.input))
      #expect(outcome.status == status)
      #expect(outcome.output == Self.input)
      #expect(outcome.errors == "")
    }
    #expect(try cached.runs() == 2)
  }

  @Test(arguments: ["ABRT", "KILL", "PIPE", "TERM"])
  func aSignalThatEndsTheFilterEndsIt(signal: String) throws {
    let stranger = try cached.stranger("cat; kill -\(signal) $$")
    let outcome = try cached(stranger, options: []).run(.bytes(Self.input))
    let numbers: [String: Int32] = ["ABRT": 6, "KILL": 9, "PIPE": 13, "TERM": 15]
    #expect(outcome.status == 128 + (numbers[signal] ?? 0))
    #expect(outcome.errors == "")
    #expect(try cached.count() == 0)
    #expect(try cached.leftovers() == [])
  }

  @Test(arguments: ["HUP", "INT", "TERM"])
  func aSignalToItEndsTheFilter(signal: String) throws {
    let stranger = try cached.stranger(
      """
      trap 'echo \(signal) >"${0%/*}/said"; exit 3' \(signal)
      head -c 500; : >"${0%/*}/up"; while :; do sleep 0.02; done
      """)
    _ = try cached.folder.write(Self.input, to: "in")
    // The input stays open. With -m, what is started beside the shell does not ignore SIGINT.
    let outcome = try script(
      """
      set -m; cd "$3"; mkfifo never; exec 3<>never; cat in >&3 &
      "$1" "$2" <&3 >/dev/null & pid=$!
      until [ -e up ]; do sleep 0.02; done
      kill -\(signal) $pid; wait $pid
      """, stranger, cached.folder.path)
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(try Files.read(cached.folder.file("said")) == Array("\(signal)\n".utf8))
    #expect(try cached.leftovers() == [])
  }

  @Test func whatIsNoStreamPassesAndIsNotKept() throws {
    let stranger = try cached.stranger("cat >/dev/null; echo words")
    let outcome = try cached(stranger, options: []).run(.bytes(Self.input))
    #expect(outcome.status == 0)
    #expect(outcome.text == "words\n")
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains("is not kept. It is not a stream"))
    #expect(try cached.count() == 0)
  }

  @Test func aFilterThatIsNotThereIsSaid() throws {
    for name in ["ap-none", "/none/such"] {
      let outcome = try cached(name).run(.bytes(Self.input))
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("There is no program"))
    }
  }

  // MARK: Output

  @Test func aClosedPipeEndsItInSilence() throws {
    let input = Cached.input(frames: 1_000_000)
    let filters = [cached("cat", options: []), cached("ap-segment", options: [])]
    for filter in filters {
      // Not kept, since it was not seen to the end; then kept; then found.
      for isKept in [false, true] {
        let outcome = try Pipeline([filter], outputLimit: 10).run(.bytes(input))[0]
        #expect(outcome.status == 128 + SIGPIPE)
        #expect(outcome.errors == "")
        if !isKept {
          #expect(try cached.leftovers() == [])
          #expect(try filter.run(.bytes(input)).status == 0)
        }
      }
    }
    #expect(try cached.count() == 2)
  }

  @Test func aFullOutputIsSaid() throws {
    for _ in 0..<2 {
      let outcome = try Pipeline([cached("cat", options: [])], outputFile: "/dev/full")
        .run(.bytes(Self.input))[0]
      #expect(outcome.status == 74)
      #expect(outcome.errors == "ap-cache: Cannot write the output: No space left on device.\n")
      #expect(try cached.leftovers() == [])
      #expect(try cached("cat").run(.bytes(Self.input)).status == 0)
    }
  }

  // MARK: Store

  @Test func aFullDiskEndsTheRecordingOnly() throws {
    // No file may grow past 20 KiB: the system refuses the write as on a full disk.
    let outcome = try script(
      "\(Filters.limitingFiles(to: 20)); exec \"$1\" ap-segment", input: .bytes(Self.input))
    #expect(outcome.status == 0)
    #expect(outcome.output == (try Command("ap-segment").run(.bytes(Self.input)).output))
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains("is not kept. Cannot write to"), "\(outcome.errors)")
    #expect(try cached.leftovers() == [])
    #expect(try cached.count() == 0)
    // Nor may what must be read before the filter starts: it gets all of it nevertheless.
    let silent = StreamText.whole(["mix": Sounds.noise(frames: 20_000)])
    let spooled = try script(
      "\(Filters.limitingFiles(to: 20)); exec \"$1\" cat", input: .bytes(silent))
    #expect(spooled.status == 0)
    #expect(spooled.output == silent)
    #expect(spooled.errors.contains("nothing is cached"))
  }

  @Test func manyWritersOfOneKeyAgree() throws {
    let outcome = try script(
      """
      for i in 1 2 3 4 5 6 7 8; do "$1" ap-segment --length 0.1 --overlap 0 <"$2" | sha256sum & done
      wait
      """, try cached.folder.write(Self.input, to: "in"))
    let sums = outcome.text.split(separator: "\n")
    #expect(sums.count == 8)
    #expect(Set(sums).count == 1)
    #expect(try cached.count() == 1)
    #expect(try cached.leftovers() == [])
    let plain = try Command("ap-segment", "--length", "0.1", "--overlap", "0")
      .run(.bytes(Self.input))
    let found = try cached("ap-segment", "--length", "0.1", "--overlap", "0")
      .run(.bytes(Self.input))
    #expect(found.isFound)
    #expect(found.output == plain.output)
  }

  /// Killed once its reader has got so many bytes: all moments of the recording, and of its end.
  @Test func whateverMomentItIsKilledNothingWrongIsGivenOut() throws {
    let path = try cached.folder.write(Cached.input(frames: 400_000), to: "in")
    let expected = try Command("ap-segment").run(.file(path)).output
    var random = SplitMix(seed: 5)
    var kills = 0
    for _ in 0..<50 {
      let count = Int.random(in: 0...expected.count, using: &random)
      let killed = try script(
        """
        rm -f "$3"; mkfifo "$3"
        "$1" ap-segment <"$2" >"$3" & pid=$!
        { head -c \(count); kill -9 $pid; cat >/dev/null; } <"$3"
        wait $pid
        """, path, cached.folder.file("out"))
      #expect([0, 128 + SIGKILL].contains(killed.status))
      #expect(killed.output.elementsEqual(expected[..<count]))
      if killed.status != 0 { kills += 1 }
      guard try cached.count() > 0 else { continue }
      let found = try cached("ap-segment").run(.file(path))
      #expect(found.isFound)
      #expect(found.output == expected)
      _ = try cached("clear").run()
    }
    #expect(kills > 40)
    let after = try (0..<2).map { _ in try cached("ap-segment").run(.file(path)) }
    #expect(after.map(\.output) == [expected, expected])
    #expect(after.map(\.isFound) == [false, true])
    #expect(try cached.leftovers() == [])
  }

  @Test(arguments: [
    "truncate -s -1 $f", "truncate -s 0 $f", "echo >>$f", "rm $f",
    "echo >$(dirname $f)/manifest.json",
  ])
  func whatIsDamagedIsMadeAgain(damage: String) throws {
    let filter = cached("ap-segment", options: [])
    let first = try filter.run(.bytes(Self.input))
    let stream = try #require(try cached.files("stream").first)
    #expect(try script("f=$2; { \(damage); } 2>/dev/null", stream).status == 0)
    let second = try filter.run(.bytes(Self.input))
    #expect(second.status == 0)
    #expect(second.output == first.output)
    #expect(second.errorLines.count == 1)
    #expect(second.errors.contains("is damaged: it is dropped and made again."))
    let third = try cached("ap-segment").run(.bytes(Self.input))
    #expect(third.isFound)
    #expect(third.output == first.output)
    #expect(try cached.leftovers() == [])
  }

  /// Bytes of the header, of a record's line, of its samples and of the end record.
  @Test(arguments: [0, 30, 200, 9_000, -100, -1])
  func aWrongByteEndsTheStreamWithoutItsEnd(place: Int) throws {
    let filter = cached("ap-segment", options: [])
    let first = try filter.run(.bytes(Self.input))
    let stream = try #require(try cached.files("stream").first)
    var bytes = try Files.read(stream)
    bytes[place < 0 ? bytes.count + place : place] ^= 1
    try Files.write(bytes, to: stream)

    let outcomes = try Pipeline([filter, Command("ap-xfade")]).run(.bytes(Self.input))
    #expect(outcomes[0].status == 74)
    #expect(outcomes[0].errorLines.count == 1)
    #expect(outcomes[0].errors.contains("was damaged, and is removed."))
    #expect(outcomes[1].status != 0)
    #expect(!String(decoding: outcomes[1].output, as: UTF8.self).contains(#""type":"end""#))

    let again = try cached("ap-segment").run(.bytes(Self.input))
    #expect(again.status == 0)
    #expect(!again.isFound)
    #expect(again.output == first.output)
    #expect(try cached("ap-segment").run(.bytes(Self.input)).isFound)
    #expect(try cached.leftovers() == [])
  }

  @Test func memoryDoesNotGrowWithTheSound() throws {
    let input = StreamText.whole(
      ["mix": Sounds.noise(frames: 8_000_000)], recordFrames: 65_536, more: Cached.origin("a.wav"))
    let short = Cached.input()
    for _ in 0..<2 {
      let peaks = try [short, input].map { input in
        let command = cached("cat").recordingPeakMemory(in: cached.folder.file("peak"))
        let outcome = try command.run(.bytes(input))
        #expect(outcome.output == input)
        return try cached.folder.number(in: "peak")
      }
      #expect(peaks[1] - peaks[0] < 8 << 20)
    }
  }
}
