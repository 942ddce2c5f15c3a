import SAMAudio

extension CodecConfig {
  /// Multiplications and additions for a latent frame of encoding.
  var encodingOperations: Double {
    let block = encoderRates.enumerated().reduce(into: 14.0 * Double(encoderDim * hop)) {
      let channels = encoderDim << $1.offset
      let columns = encoderRates[$1.offset...].reduce(1, *)
      $0 += units(channels, columns) + Double(8 * channels * channels * columns)
    }
    let channels = encoderDim << encoderRates.count
    return block + Double(6 * channels * latentDim + 2 * latentDim * codebookDim)
  }

  /// Multiplications and additions for a latent frame of decoding, without its watermark.
  var decodingOperations: Double {
    let start = Double(2 * codebookDim * latentDim + 14 * latentDim * decoderDim)
    let blocks = decoderRates.enumerated().reduce(into: start) {
      let channels = decoderDim >> $1.offset
      let columns = decoderRates[...$1.offset].reduce(1, *)
      $0 += Double(2 * channels * channels * columns) + units(channels / 2, columns)
    }
    return blocks + 14 * Double((decoderDim >> decoderRates.count) * hop)
  }

  /// Three units: a kernel of 7 and one of 1 in each.
  private func units(_ channels: Int, _ columns: Int) -> Double {
    Double(3 * 2 * 8 * channels * channels * columns)
  }
}

extension T5Config {
  /// Multiplications and additions for a text of some tokens.
  func operations(tokens: Int) -> Double {
    let projections = 4 * dModel * inner + 2 * dModel * dFF
    return 2 * Double(numLayers * tokens * (projections + 2 * tokens * inner))
  }
}

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
