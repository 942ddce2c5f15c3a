internal import Glibc

/// The rows of a spectrogram, lowest first: equal steps on the mel scale, which is about linear
/// below 700 Hz and logarithmic above, as pitch is heard (O'Shaughnessy 1987).
struct FrequencyScale {
  /// Rows of a picture.
  let rows: Int
  /// The upper edge of the top row in Hz.
  let top: Double

  /// - Parameter rate: frames a second; what lies above 16 kHz is not shown.
  init(rows: Int, rate: Int) {
    self.rows = rows
    top = min(Double(rate) / 2, 16_000)
  }

  /// The lower edge of a row in Hz.
  func edge(_ row: Int) -> Double {
    Self.hertz(Self.mel(top) * Double(row) / Double(rows))
  }

  /// Where a frequency lies, in rows from the bottom.
  func position(_ frequency: Double) -> Double {
    Self.mel(frequency) / Self.mel(top) * Double(rows)
  }

  private static func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
  private static func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
}
