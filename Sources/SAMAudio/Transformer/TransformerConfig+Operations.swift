extension TransformerConfig {
  /// Multiplications and additions for a velocity, without what stays the same within a window.
  func operations(frames: Int, textTokens: Int) -> Double {
    let square = dim * dim
    let ends = frames * (2 * dim * outChannels + 6 * square) + 3 * textTokens * square
    let attention = frames * (4 * square + 2 * frames * dim)
    let crossAttention = 2 * (frames + textTokens) * square + 2 * frames * textTokens * dim
    let feedForward = 3 * frames * dim * ffnDim
    return 2 * Double(ends + nLayers * (attention + crossAttention + feedForward))
  }
}
