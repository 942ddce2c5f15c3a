import APCore
import TestSupport
import Testing

/// `--report`: what a run took.
@Suite struct ReportTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private var path: String { folder.file("report.json") }

  private func report() throws -> JSONValue {
    let bytes = try Files.read(path)
    #expect(bytes.last == UInt8(ascii: "\n"))
    return try JSONValue(parsing: Array(bytes.dropLast()))
  }

  @Test func aNetworkIsTimedStageByStage() throws {
    let outcome = try DemucsPipeTests.demucs("--report", path)
      .run(.bytes(DemucsPipeTests.input(frames: 220_500)))
    #expect(outcome.status == 0)
    let report = try report()
    #expect(report["type"] == "report")
    #expect(report["tool"] == "ap-demucs")
    #expect(report["version"] == .string(Suite.version))
    #expect(report["exit"] == 0)
    #expect(report["message"] == nil)
    #expect(report["audio-seconds"]?.double == 5)
    let wall = try #require(report["wall-seconds"]?.double)
    #expect(report["real-time-factor"]?.double == wall / 5)
    #expect(try #require(report["cpu-seconds"]?.double) > 0)
    // At least the samples of a segment, and less than any machine has.
    #expect((1 << 20..<1 << 36).contains(try #require(report["peak-memory"]?.int)))

    let stages = try #require(report["stages"]?.array)
    #expect(
      Set(stages.compactMap { $0["stage"]?.string }) == [
        "model", "spectrogram", "encoder", "tencoder", "crosstransformer", "decoder", "tdecoder",
        "output",
      ])
    #expect(stages.first?["stage"] == "model")
    let seconds = stages.compactMap { $0["seconds"]?.double }
    #expect(seconds.count == stages.count)
    #expect(seconds.allSatisfy { $0 > 0 })
    #expect(seconds.reduce(0, +) < wall)
    #expect(try folder.list() == ["report.json"])
  }

  /// It is near what the run takes; `ap-sam` has a test of its own.
  @Test(arguments: [
    ("ap-demucs", DemucsPipeTests.model), ("ap-demucs", "htdemucs-mini"),
    ("ap-roformer", RoformerPipeTests.two), ("ap-roformer", RoformerPipeTests.vocals),
  ])
  func memoryIsEstimated(filter: String, model: String) throws {
    let outcome = try Command(filter, "--threads", "2", "-m", model, "--report", path)
      .run(.bytes(RoformerPipeTests.input(frames: 220_500)))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let estimate = try #require(try report()["memory-estimate"]?.double)
    let peak = try #require(try report()["peak-memory"]?.double)
    #expect(peak < 1.5 * estimate && estimate < 1.5 * peak, "\(estimate), \(peak)")
  }

  /// What `auto` stands for is said in the report, and in the stream as if it had been asked for.
  @Test(arguments: [
    ("ap-demucs", [fixture("demucs/htdemucs_tiny.th")]),
    ("ap-sam", [fixture("sam-audio"), "--prompt", "a dog", "--solver", "euler", "--steps", "1"]),
  ])
  func whatIsMultipliedIsReported(filter: String, options: [String]) throws {
    var outputs: [String: [UInt8]] = [:]
    for asked in ["f32", "half", "int8", "auto"] {
      var command = Command(
        filter, "--precision", asked, "--report", path, environment: ["AP_CACHE": "off"])
      command.arguments += ["-m"] + options
      let outcome = try command.run(.bytes(DemucsPipeTests.input(frames: 22_050)))
      #expect(outcome.status == 0, "\(outcome.errors)")
      let precision = try #require(try report()["precision"])
      let multiplied = try #require(precision["multiplied"]?.string)
      let others = try #require(precision["others"]?.string)
      #expect(precision["asked"] == .string(asked))
      var speeds: [String: Double] = [:]
      for format in ["f16", "bf16", "int8"] {
        let speed = precision["\(format)-speed"]
        speeds[format] = speed?.double
        #expect(asked == "f32" ? speed == .null : (speed?.double ?? 0) > 0)
      }
      let (f16, bf16) = (speeds["f16"] ?? 0, speeds["bf16"] ?? 0)
      if asked == "f32" || asked == "half" {
        #expect(others == multiplied)
      } else {
        let half = f16 >= 1.25 && bf16 / f16 < 1.25 ? "f16" : "bf16"
        #expect(others == (max(f16, bf16) >= 1.25 ? half : "f32"))
      }
      if asked == "auto" {
        #expect(outcome.output == outputs[multiplied])
      } else {
        #expect(multiplied == (asked != "half" ? asked : f16 >= bf16 ? "f16" : "bf16"))
        outputs[multiplied] = outcome.output
      }
      let history = try ReadStream(outcome.output).header.history
      #expect(history.last?.options["precision"] == .string(multiplied))
    }
    #expect(Set(outputs.values).count == 3, "each rounds in its own way")
  }

  @Test func asManySecondsAsTheSoundHas() throws {
    let input = Filters.input(for: "ap-xfade", frames: 88_200)
    #expect(try Command("ap-xfade", "--report", path).run(.bytes(input)).status == 0)
    #expect(try report()["audio-seconds"]?.double == 2)
    // A report of an earlier run is not kept.
    let empty = StreamText.whole(["mix": []])
    #expect(try Command("ap-segment", "--report", path).run(.bytes(empty)).status == 0)
    #expect(try report()["tool"] == "ap-segment")
    #expect(try report()["audio-seconds"]?.double == 0)
    #expect(try report()["real-time-factor"] == .null)
    #expect(try report()["stages"] == [])
  }

  @Test func aFailureIsReported() throws {
    let input = Filters.input(for: "ap-segment").dropLast(100)
    let outcome = try Command("ap-segment", "--report", path).run(.bytes(Array(input)))
    #expect(outcome.status == 65)
    let report = try report()
    #expect(report["exit"] == 65)
    let message = try #require(report["message"]?.string)
    #expect(outcome.errors == "ap-segment: \(message)\n")
    #expect(try folder.list() == ["report.json"])
  }

  @Test func aWrongSettingIsReported() throws {
    let command = Command(
      "ap-segment", "--report", path, environment: ["AP_THREADS": "x"])
    #expect(try command.run().status == 78)
    #expect(try report()["exit"] == 78)
  }

  @Test func aClosedPipeIsReported() throws {
    let input = Filters.input(for: "ap-segment", frames: 3_000_000)
    let outcome = try Pipeline([Command("ap-segment", "--report", path)], outputLimit: 10)
      .run(.bytes(input))[0]
    #expect(outcome.status == 141)
    #expect(try report()["exit"] == 141)
  }

  @Test(arguments: [["ap-segment"], ["ap-segment", "--fade", "none"]])
  func aCacheReportsOnItself(words: [String]) throws {
    let cached = try Cached()
    for _ in 0..<2 {
      var command = cached(options: ["--report", path])
      command.arguments += words
      let outcome = try command.run(.bytes(Cached.input()))
      if words.count == 1 {
        #expect(try report()["tool"] == "ap-cache")
        #expect(try report()["exit"] == 0)
      } else {
        // It cannot be: the filter runs in the place of the cache, and refuses its options.
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("No report is written"))
        #expect(try folder.list() == [])
      }
    }
  }

  @Test func aFilterThatFailsBehindTheCacheIsReported() throws {
    let cached = try Cached()
    let input = Array(Cached.input().dropLast(100))
    let outcome = try cached("ap-segment", options: ["--report", path]).run(.bytes(input))
    #expect(outcome.status == 65)
    #expect(try report()["exit"] == 65)
    #expect(try folder.list() == ["report.json"])
  }

  /// The output is whole then, but its report is missing: that is not a success.
  @Test func aReportThatCannotBeWrittenIsAFailure() throws {
    let input = Filters.input(for: "ap-segment")
    let script =
      "trap '' XFSZ; \(Filters.limitingFiles(to: 0)); \"$1\" --report \"$2\" | cat"
    let outcome = try Command.tool(
      "bash", "-o", "pipefail", "-c", script, "sh", "\(Command.products)/ap-segment", path
    ).run(.bytes(input))
    #expect(outcome.status == 74)
    #expect(outcome.errors.contains("Cannot write \(path): File too large"))
    #expect(try folder.list() == [])
  }
}
