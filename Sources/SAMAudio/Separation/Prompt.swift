import APCore

/// A sound that is asked for, as its user described it.
package struct SoundDescription: Sendable, Hashable {
  /// What it is; empty where only its time is known.
  package let words: String
  /// What is known of when it is heard, later ones before earlier ones.
  package var spans: [AnchorSpan]

  package init(_ words: String, spans: [AnchorSpan] = []) {
    self.words = words
    self.spans = spans
  }
}

/// A sound that is asked for, and the track that it becomes.
struct Prompt: Sendable, Hashable {
  /// What the text encoder reads.
  let words: String
  let spans: [AnchorSpan]
  /// The track's name: the words in lower case, all other characters than `a-z` and `0-9` between them one hyphen. Where
  /// nothing is left of them, it is `sound-` and the prompt's number.
  let track: String

  /// The most characters of a name, so that `residualTrack` is one too.
  static let longestName = 55

  /// - Parameter number: its place among the prompts, from 1.
  init(_ sound: SoundDescription, number: Int) {
    words = sound.words
    spans = sound.spans
    let parts = words.lowercased().utf8.split { byte in
      !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    var name = Array(parts.joined(separator: [UInt8(ascii: "-")]).prefix(Self.longestName))
    if name.last == UInt8(ascii: "-") { name.removeLast() }
    track = name.isEmpty ? "sound-\(number)" : String(decoding: name, as: UTF8.self)
  }

  /// What a message calls it.
  var description: String { words.isEmpty ? "a sound without words" : "\"\(words)\"" }

  /// The track of all that is not this sound.
  var residualTrack: String { "\(track).residual" }
}

extension Prompt {
  /// The most prompts of a run, and the most bytes of all their words: they stand in the stream's header, whose line
  /// is limited.
  private static let limits = (count: 100, bytes: 8192)

  /// Prompts that one run can answer.
  ///
  /// - Parameter reserved: a track's name that no prompt may have.
  /// - Throws: `usage`, also where two prompts would be one track.
  static func list(
    _ sounds: [SoundDescription], reserved: String?
  ) throws(FilterError) -> [Prompt] {
    guard sounds.count <= limits.count,
      sounds.reduce(0, { $0 + $1.words.utf8.count }) <= limits.bytes
    else {
      throw FilterError(
        .usage,
        "A run takes at most \(limits.count) prompts, of at most \(limits.bytes) bytes in all.",
        advice: "Separate the same stream again with the others.")
    }
    var prompts: [Prompt] = []
    for (index, sound) in sounds.enumerated() {
      let prompt = Prompt(sound, number: index + 1)
      guard !prompt.words.isEmpty || !prompt.spans.isEmpty else {
        throw FilterError(
          .usage, "Prompt \(index + 1) has no words.",
          advice: "Describe the sound, or say with a --span behind it when it is heard.")
      }
      if let other = prompts.first(where: { $0.track == prompt.track }) {
        throw FilterError(
          .usage,
          "The prompts \"\(other.words)\" and \"\(prompt.words)\" would both be the track "
            + "\"\(prompt.track)\".", advice: "Give one of them, or use other words.")
      }
      guard prompt.track != reserved else {
        throw FilterError(
          .usage,
          "The prompt \"\(prompt.words)\" would be the track \"\(prompt.track)\", which is that of the last "
            + "residual.", advice: "Use other words, or leave --chain-residuals out.")
      }
      prompts.append(prompt)
    }
    return prompts
  }
}
