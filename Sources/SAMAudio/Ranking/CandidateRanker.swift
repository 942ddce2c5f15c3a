/// What says how well each of several candidates answers a prompt.
///
/// A ranker is made for the prompts of a run before the network that separates is loaded: it keeps what follows from
/// the prompts alone (a few hundred numbers each, `TextFeatureSource`), and drops the text encoder. Its own network is
/// loaded by each call of `scores` and is in memory only meanwhile, so that it is not there while the solver runs.
protocol CandidateRanker {
  /// What its scores are called in a report: `judge`, `clap`.
  var name: String { get }

  /// A score for each candidate, the higher the better.
  ///
  /// - Parameters:
  ///   - candidates: mono sounds at the codec's rate, each as it was decoded: as long as the mixture filled up to whole
  ///     latent frames, the watermark in it.
  ///   - mixture: mono at the same rate.
  ///   - prompt: which of the prompts that the ranker was made for.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  func scores(of candidates: [[Float]], in mixture: [Float], prompt: Int) throws -> [Float]
}
