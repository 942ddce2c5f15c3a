extension HTDemucsConfig {
  /// Frames that the network takes at a time.
  package var segmentFrames: Int {
    segment.numerator * samplerate / segment.denominator
  }

  /// Frames between neighbouring spectra.
  package var hop: Int { nfft / 4 }

  /// Spectra a segment.
  package var segmentSpectra: Int {
    (segmentFrames + hop - 1) / hop
  }

  /// Channels after encoder layer `layer`, and before decoder layer `depth - 1 - layer`.
  package func channels(_ layer: Int) -> Int {
    (0..<layer).reduce(channels) { product, _ in product * growth }
  }

  /// Channels that come into encoder layer `layer` of the frequency branch: real and imaginary
  /// parts count one each.
  package func channelsIn(_ layer: Int) -> Int {
    layer == 0 ? 2 * audioChannels : channels(layer - 1)
  }

  /// Channels that come into encoder layer `layer` of the time branch.
  package func timeChannelsIn(_ layer: Int) -> Int {
    layer == 0 ? audioChannels : channels(layer - 1)
  }

  /// Frequency bins that come into encoder layer `layer`; with `layer == depth`, into the
  /// transformer.
  package func frequencyBins(_ layer: Int) -> Int {
    (0..<layer).reduce(nfft / 2) { bins, _ in bins / Self.stride }
  }

  /// Frames of the time branch that come into encoder layer `layer`; with `layer == depth`, into
  /// the transformer.
  package func timeFrames(_ layer: Int) -> Int {
    (0..<layer).reduce(segmentFrames) { frames, _ in (frames + Self.stride - 1) / Self.stride }
  }

  /// Channels inside a residual branch over `channels`.
  package func dconvHidden(_ channels: Int) -> Int {
    channels / dconvComp
  }

  /// Width of the transformer.
  package var transformerChannels: Int {
    bottomChannels == 0 ? channels(depth - 1) : bottomChannels
  }

  /// Width of the transformer's feed-forward layers.
  package var transformerHidden: Int {
    Int(Double(transformerChannels) * tHiddenScale)
  }
}
