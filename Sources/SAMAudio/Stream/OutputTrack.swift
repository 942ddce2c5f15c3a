internal import APCore

/// A track that comes out, and what is in it.
struct OutputTrack {
  let stem: WindowSeparator.Stem
  let track: Track

  /// The track of what chained prompts leave.
  static let lastResidual = "other"

  /// The tracks of some prompts, in their order.
  static func all(_ prompts: [Prompt], settings: SAMSettings) -> [OutputTrack] {
    var outputs: [OutputTrack] = []
    for (number, prompt) in prompts.enumerated() {
      let words = prompt.words.isEmpty ? nil : prompt.words
      outputs.append(
        OutputTrack(stem: .target(number), track: Track(prompt.track, prompt: words)))
      guard settings.givesResiduals else { continue }
      outputs.append(
        OutputTrack(
          stem: .residual(number), track: Track(prompt.residualTrack, prompt: words)))
    }
    if settings.chainsResiduals {
      outputs.append(
        OutputTrack(stem: .residual(prompts.count - 1), track: Track(lastResidual)))
    }
    return outputs
  }
}
