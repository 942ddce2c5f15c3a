package import APCore

/// A sound that is asked for: its words, and the track that it becomes.
package struct Prompt: Sendable, Hashable {
  /// What the text encoder reads.
  package let words: String
  /// The track's name: the words in lower case, all other characters than `a-z` and `0-9` between them one hyphen.
  package let track: String

  /// The most characters of a name, so that `residualTrack` is one too.
  static let longestName = 55

  /// - Throws: `usage` where the words have nothing to name a track by.
  package init(_ words: String) throws(FilterError) {
    let parts = words.lowercased().utf8.split { byte in
      !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    var name = Array(parts.joined(separator: [UInt8(ascii: "-")]).prefix(Self.longestName))
    if name.last == UInt8(ascii: "-") { name.removeLast() }
    guard !name.isEmpty else {
      throw FilterError(
        .usage, "The prompt \"\(words)\" has no letter a-z and no digit to name its track by.",
        advice: "Describe the sound in English words.")
    }
    self.words = words
    track = String(decoding: name, as: UTF8.self)
  }

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
  static func list(_ texts: [String], reserved: String?) throws(FilterError) -> [Prompt] {
    guard texts.count <= limits.count,
      texts.reduce(0, { $0 + $1.utf8.count }) <= limits.bytes
    else {
      throw FilterError(
        .usage,
        "A run takes at most \(limits.count) prompts, of at most \(limits.bytes) bytes in all.",
        advice: "Separate the same stream again with the others.")
    }
    var prompts: [Prompt] = []
    for text in texts {
      let prompt = try Prompt(text)
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
