extension HTDemucsConfig {
  /// Frames that the network takes at a time.
  public var segmentFrames: Int {
    segment.numerator * samplerate / segment.denominator
  }

  /// Frames between neighbouring spectra.
  public var hop: Int { nfft / 4 }

  /// Spectra a segment.
  public var segmentSpectra: Int {
    (segmentFrames + hop - 1) / hop
  }

  /// Channels behind encoder layer `layer`, and before decoder layer `depth - 1 - layer`.
  public func channels(_ layer: Int) -> Int {
    (0..<layer).reduce(channels) { product, _ in product * growth }
  }

  /// Channels that come into encoder layer `layer` of the frequency branch: real and imaginary
  /// parts count one each.
  public func channelsIn(_ layer: Int) -> Int {
    layer == 0 ? 2 * audioChannels : channels(layer - 1)
  }

  /// Channels that come into encoder layer `layer` of the time branch.
  public func timeChannelsIn(_ layer: Int) -> Int {
    layer == 0 ? audioChannels : channels(layer - 1)
  }

  /// Frequency bins that come into encoder layer `layer`; with `layer == depth`, into the
  /// transformer.
  public func frequencyBins(_ layer: Int) -> Int {
    (0..<layer).reduce(nfft / 2) { bins, _ in bins / Self.stride }
  }

  /// Frames of the time branch that come into encoder layer `layer`; with `layer == depth`, into
  /// the transformer.
  public func timeFrames(_ layer: Int) -> Int {
    (0..<layer).reduce(segmentFrames) { frames, _ in (frames + Self.stride - 1) / Self.stride }
  }

  /// Channels inside a residual branch over `channels`.
  public func dconvHidden(_ channels: Int) -> Int {
    channels / dconvComp
  }

  /// Width of the transformer.
  public var transformerChannels: Int {
    bottomChannels == 0 ? channels(depth - 1) : bottomChannels
  }

  /// Width of the transformer's feed-forward layers.
  public var transformerHidden: Int {
    Int(Double(transformerChannels) * tHiddenScale)
  }
}
