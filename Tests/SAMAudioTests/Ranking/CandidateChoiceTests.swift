import Testing

@testable import SAMAudio

@Suite struct CandidateChoiceTests {
  private static func choice(_ scores: [(Float, [Float])]) -> CandidateChoice {
    CandidateChoice(
      scores.map { CandidateChoice.Scores(ranker: "ranker", weight: $0, values: $1) },
      candidates: scores[0].1.map { _ in [0.5, -0.5] }, mixture: [1, 1])
  }

  /// Scores by ranker, each with a weight; the best candidate, and the second.
  struct Case: Sendable {
    let scores: [(Float, [Float])]
    let best: Int
    let second: Int?
  }

  @Test(arguments: [
    Case(scores: [(1, [2])], best: 0, second: nil),
    Case(scores: [(1, [1, 3, 2])], best: 1, second: 2),
    // The first of equal ones.
    Case(scores: [(1, [1, 2, 2, 2])], best: 1, second: 2),
    Case(scores: [(5, [0.2, 0.3]), (1, [3, 2.4])], best: 0, second: 1),
    Case(scores: [(5, [0.2, 0.4]), (1, [3, 2.4])], best: 1, second: 0),
    Case(scores: [(1, [.nan, -1, 2])], best: 2, second: 1),
  ])
  func sumsDecide(item: Case) {
    let choice = Self.choice(item.scores)
    #expect(choice.best == item.best)
    #expect(item.second.map { $0 == choice.second } ?? (choice.second == nil))
  }

  @Test(
    arguments: [
      ([0.5, -0.5], false), ([1e-2, 1e-2], false), ([1e-4, -1e-4], true), ([0, 0], true),
    ] as [([Float], Bool)])
  func silenceIsTold(sound: [Float], isSilent: Bool) {
    let choice = CandidateChoice(
      [.init(ranker: "ranker", weight: 1, values: [1])], candidates: [sound], mixture: [1, 1])
    #expect(choice.isNearSilence == isSilent)
  }
}
