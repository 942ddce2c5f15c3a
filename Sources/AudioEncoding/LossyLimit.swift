internal import APCore

/// What codecs that forget what cannot be heard take of a sample.
struct LossyLimit {
  /// What messages call the file.
  let name: String
  let container: SoundFormat.Container
  let channels: Int

  /// The loudest sample for LAME, libvorbis and libavcodec, 60 dB beyond full scale: some abort, or write noise, from some
  /// thousands on.
  private static let loudest: Float = 1_000

  /// - Parameter count: the samples that came before these.
  /// - Throws: `badInput` for the first sample that no codec can hold.
  func check(_ samples: Span<Float>, after count: Int) throws(FilterError) {
    for index in samples.indices where !(abs(samples[index]) <= Self.loudest) {
      let sample = samples[index]
      throw FilterError(
        .badInput,
        "\(name): frame \((count + index) / channels) has a sample that is "
          + (sample.isNaN
            ? "not a number" : sample.isInfinite ? "infinite" : "\(abs(sample)) times full scale")
          + ", which \(container.rawValue) cannot hold.",
        advice: sample.isFinite
          ? "Give --clip gain, which makes all samples quieter, or --clip clamp."
          : "Give --clip clamp, which makes it \(sample.isNaN ? "silent" : "full scale").")
    }
  }
}
