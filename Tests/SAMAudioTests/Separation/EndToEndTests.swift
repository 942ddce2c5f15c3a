import APCore
import TestSupport
import Testing

@testable import SAMAudio

/// The built `ap-sam` with all models that help, against what the whole reference gave.
@Suite struct EndToEndTests {
  private static let models = fixture("sam-audio-spans")

  /// The reference's spans, candidates, scores, choice and sounds.
  @Test(arguments: ["plain", "watermarked"])
  func theBestCandidateIsTheReferences(name: String) throws {
    let golden = try Golden("sam-audio-spans/end-to-end.golden")
    let (judge, folder) = (try JudgeFolder(), try TemporaryFolder())
    let report = folder.file("report.json")
    let stream = try Self.separate(
      name, "--candidates", "3", "--ranker", "ensemble", "--judge-model", judge.path,
      "--clap-model", "\(Self.models)/laion_clap", "--residual", "--report", report)
    #expect(try golden.error(of: [stream.samples("man-speaking")], "\(name).target") <= 1e-4)
    if name == "plain" {
      let residual = stream.samples("man-speaking.residual")
      #expect(try golden.error(of: [residual], "plain.residual") <= 1e-4)
    }

    let choice = try #require(
      try JSONValue(parsing: Files.read(report))["candidates"]?.array?.first)
    #expect(choice["best"] == 1)
    #expect(choice["near-silence"] == false)
    func check(_ values: JSONValue?, _ part: String) throws {
      let values = (values?.array ?? []).compactMap(\.double)
      let expected = try golden.tensor("\(name).\(part)").values
      #expect(values.count == 3)
      for (value, expected) in zip(values, expected) {
        #expect(abs(value - Double(expected)) <= 1e-4, "\(part)")
      }
    }
    try check(choice["scores"]?["clap"], "clap")
    try check(choice["scores"]?["judge"], "judge")
    try check(choice["totals"], "total")
  }

  @Test(arguments: ["plain", "watermarked"])
  func oneCandidateIsTheReferences(name: String) throws {
    let golden = try Golden("sam-audio-spans/end-to-end.golden")
    let target = try Self.separate(name).samples("man-speaking")
    #expect(try golden.error(of: [target], "\(name).spans_one_candidate.target") <= 1e-4)
  }

  /// CLAP, the Judge and both do not all choose the same one; which one it is stands in the report and among the messages.
  @Test(arguments: [("clap", 1), ("judge", 2), ("ensemble", 1)])
  func rankersDiffer(ranker: String, best: Int) throws {
    let (judge, folder) = (try JudgeFolder(), try TemporaryFolder())
    var options = ["--candidates", "3", "--ranker", ranker, "--report", folder.file("report.json")]
    if ranker != "clap" { options += ["--judge-model", judge.path] }
    if ranker != "judge" { options += ["--clap-model", "\(Self.models)/laion_clap"] }
    let outcome = try Self.run("plain", options + ["--verbose"])
    let history = try ReadStream(outcome.output).header.history.last?.options
    #expect(history?["ranker"]?.string == ranker)
    #expect(history?["clap-model"]?["name"]?.string == (ranker == "judge" ? nil : "laion_clap"))
    let report = try JSONValue(parsing: Files.read(folder.file("report.json")))
    let choice = try #require(report["candidates"]?.array?.first)
    #expect(choice["best"] == JSONValue(best))
    let totals = (choice["totals"]?.array ?? []).compactMap(\.double)
    let scores = totals.map { ($0 * 1000).rounded() / 1000 }.sorted(by: >)
    #expect(scores.count == 3)
    #expect(
      outcome.errors.contains(
        "of \"man speaking\" candidate \(best) is the best with \(scores[0]), the second best is "),
      "\(outcome.errors)")
    #expect(outcome.errors.contains(" with \(scores[1])\n"), "\(outcome.errors)")
  }

  private static func separate(_ name: String, _ options: String...) throws -> ReadStream {
    try separate(name, options)
  }

  private static func separate(_ name: String, _ options: [String]) throws -> ReadStream {
    try ReadStream(run(name, options).output)
  }

  private static func run(_ name: String, _ options: [String]) throws -> Outcome {
    var command = Command(
      "ap-sam", "--model", fixture("sam-audio"), "--prompt", "man speaking", "--seed", "7",
      "--predict-spans", "--span-model", "\(models)/pe-a-frame", "--watermark",
      name == "plain" ? "off" : "on", environment: ["AP_CACHE": "off"])
    command.arguments += options
    let wave = try Golden("sam-audio/golden").tensor("wave_mono").values
    let outcome = try command.run(.bytes(StreamText.whole(["mix": wave], rate: 48_000)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    return outcome
  }
}
