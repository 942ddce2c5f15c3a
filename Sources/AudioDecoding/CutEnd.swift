/// What a damaged file lacks at its end. No silence stands for it.
package struct CutEnd: Sendable, Equatable {
  /// Why the file must have been longer; nil where its last packet is there and cannot be decoded.
  let reason: String?
  /// Samples a channel that are missing; nil where nothing says how many.
  let samples: Int?
  /// Samples a second.
  let rate: Int

  /// No sound is longer than this, whatever a header says.
  private static let mostSamples = 1 << 53

  /// What is left out, as a whole sentence.
  package func sentence(of file: String) -> String {
    guard let samples, 1..<Self.mostSamples ~= samples, rate > 0 else {
      return reason.map { "\(file) was cut short: \($0). Nothing says how much sound is lost." }
        ?? "The end of \(file) is damaged; it is left out."
    }
    let tenths = (samples * 10 + rate / 2) / rate
    let amount =
      samples * 10 >= rate
      ? "\(tenths / 10).\(tenths % 10) s" : samples == 1 ? "1 frame" : "\(samples) frames"
    return "\(file) ends \(amount) early; that is left out."
  }
}
