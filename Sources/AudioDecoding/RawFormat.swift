package import APCore

/// What the samples of a file without a header are, as a user says it: `f32le:48000:2`.
package struct RawFormat: Sendable, Hashable {
  /// How a sample is held, by libavformat's name.
  let encoding: String
  /// Frames a second.
  let rate: Int
  /// Samples a frame.
  let channels: Int

  /// Bytes of a sample by the name of the encoding.
  private static let encodings = [
    "s8": 1, "u8": 1, "alaw": 1, "mulaw": 1, "s16le": 2, "s16be": 2, "u16le": 2, "u16be": 2,
    "s24le": 3, "s24be": 3, "u24le": 3, "u24be": 3, "s32le": 4, "s32be": 4, "u32le": 4, "u32be": 4,
    "f32le": 4, "f32be": 4, "f64le": 8, "f64be": 8,
  ]

  /// - Parameter text: encoding, rate in Hz and number of channels, with colons between them.
  /// - Throws: `usage`.
  package init(_ text: String) throws(FilterError) {
    let fields = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 3, Self.encodings[fields[0]] != nil, let rate = Int(fields[1]),
      (1...768_000).contains(rate), let channels = Int(fields[2]), (1...64).contains(channels)
    else {
      throw FilterError(
        .usage, "It must be an encoding, a rate and a number of channels, such as s16le:44100:2.",
        advice: "The encodings are \(Self.encodings.keys.sorted().joined(separator: ", ")).")
    }
    self.encoding = fields[0]
    self.rate = rate
    self.channels = channels
  }

  /// As it is said.
  package var text: String { "\(encoding):\(rate):\(channels)" }

  /// Bytes of a frame.
  var frameBytes: Int { channels * (Self.encodings[encoding] ?? 1) }
}
