import TestSupport
import Testing

/// What `ap-run` finds wrong before anything starts.
@Suite struct RunCheckTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
  }

  @Test func allProblemsAreToldAndNothingStarts() throws {
    let outcome = try place.run(
      """
      steps:
        first: {run: touch started}
        second:
          run: |
            ap-decode a.wav --rat 48000 | ap-filter
            | ap-demucs --overlap 2
            | ap-segment --length 5 --overlap 6
            | ap-encode -o '{track}.wav' --bits=7
        third: {run: "ap-decode ${x} < absent"}
        fourth: {run: ap-decode, needs: [fourth]}
      """)
    #expect(outcome.status == 78)
    let problems = [
      "5:23: ap-decode: Unknown option '--rat'. Did you mean '--rate'?",
      "5:37: There is no filter 'ap-filter' in PATH.",
      "6:29: ap-demucs: The value '2' is invalid for '--overlap <part>': It must be a number from 0 to 0.99.",
      "7:31: ap-segment: --overlap",
      "8:36: ap-encode: The value '7' is invalid for '--bits <bits>'",
      "9:3: third reads 'absent', which is not there and which no step makes.",
      "9:27: There is no variable 'x' here.",
      "10:3: Steps wait for each other: fourth, then fourth.",
      "10:17: ap-decode: Missing expected argument '<file> ...'",
    ]
    for (line, problem) in zip(outcome.errorLines, problems) {
      #expect(line.hasPrefix("ap-run: w.yaml:\(problem)"), "\(line)")
    }
    #expect(
      outcome.errorLines.dropFirst(problems.count) == [
        "ap-run: w.yaml has 9 problems; nothing was started."
      ])
    #expect(try place.folder.list() == ["w.yaml"])
  }

  static let refused: [(workflow: String, options: String, status: Int32, words: String)] = [
    ("steps: {a: {run: 'true'}}", "--set x=1", 64, "no variable 'x'"),
    ("steps: {a: {run: 'true'}}", "--set x", 64, "--set takes name=value"),
    ("steps: {a: {run: 'true'}}", "--jobs 0", 64, "It must be a whole number from 1 to 1024."),
    ("steps: {a: {run: cat < absent}}", "", 66, "w.yaml:1:9: a reads 'absent'"),
    ("steps: {a: {run: cat, for: {x: 'no*'}}}", "", 66, "No file matches 'no*'"),
    ("steps: [", "", 78, "w.yaml:2:1: This is not YAML"),
    ("steps: {a: {run: no-such-command}}", "--dry-run", 78, "There is no command"),
    ("steps: {a: {run: ap-demucs -m absent}}", "", 69, "w.yaml:1:18: ap-demucs: There is no model"),
  ]

  @Test(arguments: refused)
  func whatIsWrongIsSaid(
    workflow: String, options: String, status: Int32, words: String
  ) throws {
    let outcome = try place.run(workflow, options)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try place.folder.list() == ["w.yaml"])
  }

  @Test func aFileThatIsNotThereIsSaid() throws {
    let outcome = try place.shell("ap-run absent.yaml")
    #expect(outcome.status == 66)
    #expect(outcome.errors == "ap-run: absent.yaml cannot be read: No such file or directory.\n")
  }
}
