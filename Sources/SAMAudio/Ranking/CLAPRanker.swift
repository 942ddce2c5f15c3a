import Tensors

/// Ranks candidates by how near CLAP finds each to the prompt (`ClapRanker` in sam_audio/ranking/clap.py).
struct CLAPRanker: CandidateRanker {
  let files: CLAPFiles
  /// The vector of each prompt.
  let texts: [TextFeatures]
  let numerics: Numerics
  let workers: Workers

  let name = "clap"

  func scores(of candidates: [[Float]], in mixture: [Float], prompt: Int) throws -> [Float] {
    let encoder = try files.audioEncoder(numerics: numerics, workers: workers)
    let text = texts[prompt].values
    return candidates.map { candidate in
      zip(encoder(candidate), text).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}
