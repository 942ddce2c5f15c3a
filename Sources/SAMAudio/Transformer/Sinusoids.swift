internal import Glibc

/// The cosines and sines of a time, the cosines first (`TimestepEmbedder.timestep_embedding`).
enum Sinusoids {
  /// [width], an even number, of a time in 0...1.
  static func values(_ time: Float, width: Int) -> [Float] {
    let half = width / 2
    let angles = (0..<half).map { time * exp(Float(-log(10_000.0)) * Float($0) / Float(half)) }
    return angles.map { cos($0) } + angles.map { sin($0) }
  }
}
