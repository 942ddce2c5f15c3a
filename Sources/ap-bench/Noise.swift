/// Samples of noise, always the same, 20 dB below full scale.
func noise(_ count: Int) -> [Float] {
  var state: UInt64 = 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 21_474_836_480
  }
}
