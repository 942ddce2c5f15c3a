import TestSupport
import Testing

/// Where the system refuses memory, a filter ends with a sentence and 71, and not by a signal.
@Suite struct MemoryLimitTests {
  private func run(_ limit: String, _ words: [String], _ input: [UInt8]) throws -> Outcome {
    var command = Command(
      executable: "/bin/bash",
      ["-c", "ulimit \(limit); exec \"$0\" \"$@\"", "\(Command.products)/\(words[0])"]
        + words.dropFirst())
    command.environment["AP_CACHE"] = "off"
    return try command.run(.bytes(input))
  }

  private static let filters: [[String]] = [
    ["ap-demucs", "--quiet", "--model", "htdemucs-mini", "--threads", "2"],
    ["ap-roformer", "--quiet", "--model", fixture("roformer/bs_two.ckpt"), "--threads", "2"],
    ["ap-sam", "--quiet", "--prompt", "dog", "--model", fixture("sam-audio"), "--threads", "2"],
  ]

  @Test(arguments: filters, ["-v", "-d"])
  func itIsSaid(words: [String], limit: String) throws {
    let input = StreamText.whole(
      ["mix": Sounds.noise(frames: 22_050, channels: 2)], channels: 2)
    var statuses: Set<Int32> = []
    // From what the program itself needs to more than the network does.
    for size in [140, 160, 180, 200, 240, 300, 4_000] {
      let outcome = try run("\(limit) \(size * 1024)", words, input)
      // The loader has its own words where the program itself does not fit.
      guard outcome.status != 127 else { continue }
      statuses.insert(outcome.status)
      #expect([0, 71].contains(outcome.status), "\(size) MiB: \(outcome.errors)")
      guard outcome.status == 71 else { continue }
      #expect(outcome.errorLines.count == 1, "\(size) MiB: \(outcome.errors)")
      #expect(
        outcome.errors.contains("There is not enough memory"), "\(size) MiB: \(outcome.errors)")
      #expect(outcome.isAbort, "\(size) MiB: it was not seen before the first byte went out")
    }
    #expect(statuses.contains(0))
  }

  /// Before the weights are read, whatever the limit leaves to the program itself.
  @Test(arguments: [
    ("htdemucs-mini", "Raise the limit that 'ulimit -a' shows, or end other programs."),
    (DemucsPipeTests.model, "Use a smaller model: --model htdemucs-mini."),
  ])
  func aSegmentThatDoesNotFitIsSaidWithAdvice(model: String, advice: String) throws {
    let input = StreamText.whole(
      ["mix": Sounds.noise(frames: 1_000, channels: 2)], channels: 2)
    let words = ["ap-demucs", "--quiet", "--model", model, "--threads", "2"]
    let name = model.split(separator: "/").last?.prefix { $0 != "." } ?? ""
    var isSaid = false
    for size in stride(from: 80, to: 400, by: 20) where !isSaid {
      let outcome = try run("-v \(size * 1024)", words, input)
      isSaid = outcome.errors.contains(
        "There is not enough memory: a segment of \(name) takes about ")
      guard isSaid else { continue }
      #expect(outcome.status == 71)
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(advice), "\(outcome.errors)")
      #expect(outcome.isAbort)
    }
    #expect(isSaid)
  }

  @Test func aChunkThatDoesNotFitIsSaidWithAdvice() throws {
    let input = RoformerPipeTests.input(frames: 1_000)
    let outcome = try run("-v \(1_000 * 1024)", Self.filters[1] + ["--chunk", "600"], input)
    #expect(outcome.status == 71)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("There is not enough memory: a chunk of 600 s takes about "),
      "\(outcome.errors)")
    #expect(outcome.errors.contains("Give --chunk fewer seconds."), "\(outcome.errors)")
    #expect(outcome.isAbort)
    #expect(try run("-v \(1_000 * 1024)", Self.filters[1], input).status == 0)
  }

  /// What the network's weights leave does not suffice for so long a sound.
  @Test(arguments: [
    ([String](), true, "a sound of 300 s takes about", "Put ap-segment --length 30, or less"),
    ([], false, "a sound of ", "Put ap-segment --length 30, or less"),
    (
      ["--length", "200"], true, "a window of 200 s takes about",
      "Give ap-segment a shorter --length"
    ),
  ])
  func aWindowThatDoesNotFitIsSaidWithAdvice(
    windows: [String], isCounted: Bool, estimate: String, advice: String
  ) throws {
    var input = StreamText.whole(
      ["mix": Sounds.noise(frames: 300 * 1_000)], rate: 1_000, isCounted: isCounted)
    if !windows.isEmpty {
      var segment = Command("ap-segment")
      segment.arguments = windows
      input = try segment.run(.bytes(input)).output
    }
    let outcome = try run("-v \(200 * 1024)", Self.filters[2], input)
    #expect(outcome.status == 71)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(
      outcome.errors.contains("There is not enough memory: \(estimate)"), "\(outcome.errors)")
    #expect(outcome.errors.contains(advice), "\(outcome.errors)")
    #expect(outcome.isAbort == isCounted)
  }
}
