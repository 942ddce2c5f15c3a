internal import APCore

/// What happens to samples beyond full scale.
package enum ClipMode: String, Sendable, CaseIterable {
  /// Nothing in a float file; an integer file has no room for them.
  case none
  /// They are set to full scale.
  case clamp
  /// All tracks get one gain that brings the loudest sample to full scale.
  case gain
}

/// Brings float samples to what the file holds, and counts those that did not fit.
struct SampleConverter {
  /// Samples that were beyond full scale, or no numbers, and so were changed.
  private(set) var clipped = 0
  /// What every sample is multiplied by.
  var gain: Float = 1

  private let format: SoundFormat
  private let clampsFloats: Bool
  private let dithers: Bool
  private var noise = TriangularNoise()
  private var floats: [Float] = []
  private var shorts: [Int16] = []
  private var longs: [Int32] = []

  init(_ format: SoundFormat, clip: ClipMode, dithers: Bool) {
    self.format = format
    clampsFloats = clip == .clamp
    self.dithers = dithers
  }

  /// The loudest sample that fits.
  static func fullScale(_ format: SoundFormat, dithers: Bool) -> Float {
    switch format.samples {
    case .int16: 1 - (dithers ? 2 : 1) / 32_768
    case .int24: 1 - (dithers ? 2 : 1) / 8_388_608
    case .float32, nil: 1
    }
  }

  /// Writes samples to a sink.
  mutating func write(_ samples: Span<Float>, to sink: some SoundSink) throws(FilterError) {
    switch format.samples {
    case .int16:
      // Out of `self`, which counts meanwhile what is clipped.
      var held = exchange(&shorts, with: [])
      round(samples, to: &held, scale: 32_768, shift: 0)
      shorts = held
      try sink.write(held.span.extracting(first: samples.count))
    case .int24:
      var held = exchange(&longs, with: [])
      round(samples, to: &held, scale: 8_388_608, shift: 8)
      longs = held
      try sink.write(held.span.extracting(first: samples.count))
    case .float32, nil:
      guard gain != 1 || clampsFloats else { return try sink.write(samples) }
      var held = exchange(&floats, with: [])
      scale(samples, to: &held)
      floats = held
      try sink.write(held.span.extracting(first: samples.count))
    }
  }

  private mutating func round<Held: FixedWidthInteger>(
    _ samples: Span<Float>, to held: inout [Held], scale: Float, shift: Int
  ) {
    held.grow(to: samples.count)
    var target = held.mutableSpan
    for index in samples.indices {
      // By way of a type that is known here: the general way from a float takes eight times as long.
      target[index] = Held(truncatingIfNeeded: Int32(step(samples[index], scale))) << shift
    }
  }

  private mutating func scale(_ samples: Span<Float>, to held: inout [Float]) {
    held.grow(to: samples.count)
    var target = held.mutableSpan
    for index in samples.indices {
      let sample = samples[index] * gain
      target[index] = clampsFloats ? limit(sample, -1, 1) : sample
    }
  }

  /// The integer step that a sample falls on, of `scale` steps a unit.
  @inline(__always)
  private mutating func step(_ sample: Float, _ scale: Float) -> Float {
    var value = sample * (scale * gain)
    if dithers { value += noise.next() }
    return limit(value.rounded(.toNearestOrEven), -scale, scale - 1)
  }

  @inline(__always)
  private mutating func limit(_ value: Float, _ lowest: Float, _ highest: Float) -> Float {
    // Written so that what is not a number fails too.
    if value >= lowest && value <= highest { return value }
    clipped += 1
    return value > 0 ? highest : value < 0 ? lowest : 0
  }
}

/// Noise of a triangular density over −1...1 steps, the same in every run.
private struct TriangularNoise {
  private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Marsaglia's xorshift64, its upper bits taken twice.
  @inline(__always)
  mutating func next() -> Float {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    let first = Int32(truncatingIfNeeded: state >> 41)
    let second = Int32(truncatingIfNeeded: state >> 18 & 0x7f_ffff)
    return Float(first - second) / 8_388_608
  }
}
