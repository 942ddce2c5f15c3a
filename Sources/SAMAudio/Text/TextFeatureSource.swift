/// Where the features of prompts come from: what earlier runs left, and for the others an encoder, which is loaded for
/// the first of them and in memory no longer than for the last.
struct TextFeatureSource {
  /// What earlier runs left; nil is none.
  let cache: TextFeatureCache?
  /// What features follow from beside the prompt.
  let identity: () throws -> [String]
  /// How large a prompt's features are.
  let shape: (_ prompt: String) -> (tokens: Int, width: Int)
  /// Loads the encoder.
  let load: () throws -> (_ prompt: String) -> TextFeatures

  /// The features of prompts, in their order.
  ///
  /// - Throws: what `identity` and `load` throw.
  func features(of prompts: [String]) throws -> [TextFeatures] {
    // To hash an encoder's weights takes seconds.
    guard !prompts.isEmpty else { return [] }
    let identity = try cache == nil ? [] : self.identity()
    var encoder: ((String) -> TextFeatures)?
    var known: [String: TextFeatures] = [:]
    for prompt in prompts where known[prompt] == nil {
      let key = TextFeatureCache.key(prompt: prompt, encoder: identity)
      if let kept = cache?.find(key), (kept.tokens, kept.width) == shape(prompt) {
        known[prompt] = kept
        continue
      }
      let loaded = try encoder ?? load()
      encoder = loaded
      let features = loaded(prompt)
      cache?.store(features, as: key)
      known[prompt] = features
    }
    return prompts.compactMap { known[$0] }
  }
}
