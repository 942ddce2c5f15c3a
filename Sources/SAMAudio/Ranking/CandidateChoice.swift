/// Which of several candidates is the best, and how it was found.
struct CandidateChoice: Sendable, Equatable {
  /// The scores of one ranker.
  struct Scores: Sendable, Equatable {
    let ranker: String
    /// A factor of the scores in the sum.
    let weight: Float
    /// By candidate.
    let values: [Float]
  }

  /// The energy of a sound of which nothing is heard beside the rest, as a part of the rest's: -60 dB.
  static let silence = 1e-6

  let scores: [Scores]
  /// The sum of all rankers' scores, by candidate.
  let totals: [Float]
  /// The first of those with the highest sum.
  let best: Int
  /// The next one; nil where there is none.
  let second: Int?
  /// Whether the best candidate is 60 dB or more below the mixture: then scores mean little.
  let isNearSilence: Bool

  /// - Parameters:
  ///   - candidates: as `CandidateRanker.scores` takes them; at least one.
  init(_ scores: [Scores], candidates: [[Float]], mixture: [Float]) {
    let totals = candidates.indices.map { candidate in
      scores.reduce(0) { $0 + $1.weight * $1.values[candidate] }
    }
    // Of equal ones the first comes first; a score that is not a number comes last.
    let heights = totals.map { $0.isNaN ? -.infinity : $0 }
    let order = totals.indices.sorted {
      heights[$0] == heights[$1] ? $0 < $1 : heights[$0] > heights[$1]
    }
    self.scores = scores
    self.totals = totals
    best = order[0]
    second = order.dropFirst().first
    func power(_ samples: [Float]) -> Double {
      samples.reduce(0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))
    }
    isNearSilence = power(candidates[order[0]]) <= Self.silence * power(mixture)
  }
}

/// Rankers whose scores are added up, each with a weight (`EnsembleRanker` in sam_audio/ranking/ranker.py).
struct WeightedRankers {
  let rankers: [(ranker: any CandidateRanker, weight: Float)]

  /// Chooses among candidates.
  ///
  /// - Throws: what a ranker throws.
  func choose(
    among candidates: [[Float]], in mixture: [Float], prompt: Int
  ) throws -> CandidateChoice {
    let scores = try rankers.map { ranker, weight in
      CandidateChoice.Scores(
        ranker: ranker.name, weight: weight,
        values: try ranker.scores(of: candidates, in: mixture, prompt: prompt))
    }
    return CandidateChoice(scores, candidates: candidates, mixture: mixture)
  }
}
