extension HTDemucsConfig {
  /// The multiplications and additions of each stage of a segment, by the stages' names in a `SegmentBenchmark`.
  package var operations: [String: Double] {
    var result: [String: Double] = [:]
    for layer in 0..<depth {
      let width = channels(layer)
      let isLast = layer == 0
      let stems = sources.count * audioChannels
      let frequency = frequencyBins(layer + 1) * segmentSpectra
      let time = timeFrames(layer + 1)
      let branch = dconvDepth * dconvHidden(width) * (3 * width + 2 * width)
      func encoder(_ inputs: Int) -> Int {
        width * inputs * Self.kernelSize + branch + 2 * width * width
      }
      func decoder(_ outputs: Int, taps: Int) -> Int {
        2 * width * width * taps + branch + width * outputs * Self.kernelSize
      }
      let inner = isLast ? 0 : channels(layer - 1)
      result["encoder.\(layer)"] = Double(2 * frequency * encoder(channelsIn(layer)))
      result["tencoder.\(layer)"] = Double(2 * time * encoder(timeChannelsIn(layer)))
      let place = depth - 1 - layer
      result["decoder.\(place)"] = Double(
        2 * frequency * decoder(isLast ? 2 * stems : inner, taps: 9))
      result["tdecoder.\(place)"] = Double(2 * time * decoder(isLast ? stems : inner, taps: 3))
    }
    result["crosstransformer"] = transformerOperations
    return result
  }

  private var transformerOperations: Double {
    let tokens = [frequencyBins(depth) * segmentSpectra, timeFrames(depth)].map(Double.init)
    let width = Double(transformerChannels)
    let outer = Double(channels(depth - 1))
    let way = bottomChannels == 0 ? 0 : 2 * outer * width
    var sum = 0.0
    for layer in 0..<tLayers {
      for (own, other) in [(tokens[0], tokens[1]), (tokens[1], tokens[0])] {
        let looked = layer % 2 == 1 ? other : own
        sum += (2 * own + 2 * looked) * width * width + 2 * own * looked * width
        sum += 2 * own * width * Double(transformerHidden)
      }
    }
    return 2 * (sum + way * (tokens[0] + tokens[1]))
  }
}
