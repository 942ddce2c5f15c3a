import Tensors

/// Ranks candidates by the Judge's overall rating (`JudgeRanker` in sam_audio/ranking/judge.py).
final class JudgeRanker: CandidateRanker {
  let name = "judge"

  private let files: JudgeFiles
  private let texts: [TextFeatures]
  private let numerics: Numerics
  private let workers: Workers
  /// The last mixture and its frames: a window's prompts are looked for in one, unless what each leaves is the next one's.
  private(set) var heard: (mixture: [Float], frames: [Float])?

  /// - Parameter texts: what the Judge keeps of each prompt.
  init(files: JudgeFiles, texts: [TextFeatures], numerics: Numerics, workers: Workers) {
    self.files = files
    self.texts = texts
    self.numerics = numerics
    self.workers = workers
  }

  func scores(of candidates: [[Float]], in mixture: [Float], prompt: Int) throws -> [Float] {
    let judge = try files.judge(numerics: numerics, workers: workers)
    let known = heard.flatMap { $0.mixture == mixture ? $0.frames : nil }
    let frames = known ?? judge.frames(of: mixture)
    heard = (mixture, frames)
    return judge(candidates, in: frames, text: texts[prompt].values).map(\.overall)
  }
}
