import Tensors

/// Ranks candidates by the Judge's overall rating (`JudgeRanker` in sam_audio/ranking/judge.py).
struct JudgeRanker: CandidateRanker {
  let files: JudgeFiles
  /// What the Judge keeps of each prompt.
  let texts: [TextFeatures]
  let numerics: Numerics
  let workers: Workers

  let name = "judge"

  func scores(of candidates: [[Float]], in mixture: [Float], prompt: Int) throws -> [Float] {
    try files.judge(numerics: numerics, workers: workers)(
      candidates, in: mixture, text: texts[prompt].values
    ).map(\.overall)
  }
}
