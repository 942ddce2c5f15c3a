internal import APCore

/// What is found out while a stream is separated, for whoever wants to know: the log, the report, and the filters after
/// this one.
final class SeparationFindings {
  private let prompts: [Prompt]
  /// Whether spans are predicted.
  let expectsSpans: Bool
  private let log: Log
  /// By track, [[start, end]] in seconds of the input.
  private(set) var spans: [String: [JSONValue]] = [:]
  /// What was chosen, for the report.
  private(set) var choices: [JSONValue] = []

  init(_ prompts: [Prompt], expectsSpans: Bool, log: Log) {
    self.prompts = prompts
    self.expectsSpans = expectsSpans
    self.log = log
  }

  /// - Parameters:
  ///   - window: its number; nil for a whole track.
  ///   - start: where it begins in the input, in seconds.
  func add(_ finding: WindowSeparator.Finding, window: Int?, start: Double) {
    switch finding {
    case .spans(let spans, let prompt):
      add(spans.times(from: start), prompts[prompt], window)
    case .choice(let choice, let prompt): add(choice, prompts[prompt], window)
    }
  }

  private func add(
    _ times: [(start: Double, end: Double)], _ prompt: Prompt, _ window: Int?
  ) {
    spans[prompt.track, default: []] += times.map {
      .array([JSONValue($0.start), JSONValue($0.end)])
    }
    let ranges = times.map { "\(Self.rounded($0.start, 100))..\(Self.rounded($0.end, 100))" }
    log.debug(
      Self.place(window)
        + (ranges.isEmpty
          ? "\(prompt.description) is not predicted to be heard"
          : "\(prompt.description) is predicted to be heard in \(ranges.joined(separator: ", ")) s")
    )
  }

  private func add(_ choice: CandidateChoice, _ prompt: Prompt, _ window: Int?) {
    choices.append([
      "best": JSONValue(choice.best),
      "near-silence": .bool(choice.isNearSilence),
      "prompt": .string(prompt.words),
      "scores": .object(
        Dictionary(
          uniqueKeysWithValues: choice.scores.map { ($0.ranker, Self.numbers($0.values)) })),
      "totals": Self.numbers(choice.totals),
      "window": window.map { JSONValue($0) } ?? .null,
    ])
    func score(_ candidate: Int) -> Double { Self.rounded(Double(choice.totals[candidate]), 1000) }
    let second = choice.second.map { ", the second best is \($0) with \(score($0))" } ?? ""
    let silence = choice.isNearSilence ? "; it is near silence, so scores mean little" : ""
    log.debug(
      Self.place(window)
        + "of \(prompt.description) candidate \(choice.best) is the best with \(score(choice.best))"
        + second + silence)
  }

  private static func place(_ window: Int?) -> String { window.map { "window \($0): " } ?? "" }

  private static func rounded(_ value: Double, _ parts: Double) -> Double {
    (value * parts).rounded() / parts
  }

  private static func numbers(_ values: [Float]) -> JSONValue {
    .array(values.map { JSONValue(Double($0)) })
  }
}
