import APCore
import TestSupport
import Testing

/// Times on command lines, in every way that they can be written.
@Suite struct TimeTests {
  /// The same option three times, and what the history says of it then.
  private static let options: [(filter: String, options: [[String]])] = [
    ("ap-segment", [["--length", "75"], ["--length", "1:15"], ["--length=0:01:15.0"]]),
    (
      "ap-segment",
      [
        ["--length", "90", "--overlap", "2.5"], ["--length", "1:30", "--overlap", "0:02.5"],
        ["--length", "1:30", "--overlap", "0:00:02.5"],
      ]
    ),
    (
      "ap-segment",
      [
        ["--min-length", "30", "--max-length", "120"],
        ["--min-length", "0:30", "--max-length", "2:00"],
        ["--min-length", "0:00:30", "--max-length", "0:02:00"],
      ]
    ),
    (
      "ap-demucs",
      [
        ["-m", DemucsPipeTests.model, "--segment", "2"],
        ["-m", DemucsPipeTests.model, "--segment", "0:02"],
        ["-m", DemucsPipeTests.model, "--segment", "00:00:02"],
      ]
    ),
    (
      "ap-sam",
      [
        ["--span", "+1..61.5"], ["--span", "+0:01..1:01.5"], ["--span", "+0:00:01..0:01:01.5"],
      ]
    ),
  ]

  @Test(arguments: options)
  func theyAreTheSame(filter: String, options: [[String]]) throws {
    let folder = try TemporaryFolder()
    let input =
      filter == "ap-demucs"
      ? DemucsPipeTests.input(frames: 100) : Filters.input(for: filter, frames: 100)
    let outputs = try options.map { options in
      var command = Filters.reader(filter, folder: folder)
      command.arguments += options
      let outcome = try command.run(.bytes(input))
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }
    #expect(Set(outputs).count == 1)
  }

  /// One that is understood wrongly must not look right, so that the sound is counted too.
  @Test func aPartOfAFile() throws {
    let folder = try TemporaryFolder()
    let sound = StreamText.whole(["mix": Sounds.noise(frames: 150_000)], rate: 1_000)
    let file = folder.file("a.wav")
    #expect(try Command("ap-encode", "-o", file).run(.bytes(sound)).status == 0)
    for (start, end) in [("61.5", "125"), ("1:01.5", "2:05"), ("0:01:01.5", "00:02:05.000")] {
      let outcome = try Command("ap-decode", "--start-time", start, "--end-time", end, file).run()
      #expect(outcome.status == 0, "\(outcome.errors)")
      let samples = try ReadStream(outcome.output).samples("mix")
      #expect(samples == Array(Sounds.noise(frames: 150_000)[61_500..<125_000]))
    }
  }

  @Test(
    arguments: [
      ["ap-decode", "a.wav", "--start-time"], ["ap-decode", "a.wav", "--end-time"],
      ["ap-segment", "--length"], ["ap-segment", "--overlap"],
      ["ap-segment", "--max-length", "9", "--min-length"],
      ["ap-segment", "--min-length", "9", "--max-length"], ["ap-demucs", "--segment"],
    ], ["1:60", "1m30", "1:2:3:4", "nan", ""])
  func whatIsNoTimeIsSaid(words: [String], value: String) throws {
    var command = Command(words[0])
    command.arguments = words.dropFirst() + [value]
    let outcome = try command.run()
    #expect(outcome.status == 64)
    #expect(outcome.errorLines.count == 1)
    #expect(
      outcome.errors.contains("It must be seconds, or minutes or hours before them: 90, 1:30 or"),
      "\(outcome.errors)")
  }
}
