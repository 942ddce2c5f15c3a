internal import APCore
internal import Digests

/// Features of prompts from earlier runs: a small file for each prompt and text encoder.
///
/// It only ever saves time. What cannot be read, or is not what was written, counts as absent; what cannot be
/// written is not kept.
struct TextFeatureCache: Sendable {
  /// Where the files are.
  let folder: String

  /// More than the features of any prompt take up.
  private static let maximumBytes = 256 << 20

  /// `$XDG_CACHE_HOME/ap/text`, or `~/.cache/ap/text`; nil with `AP_CACHE=off`, and where there is neither.
  ///
  /// - Parameter variable: an environment variable's value; nil where it is unset or empty.
  static func standard(
    variable: (String) -> String? = ThisProcess.variable
  ) -> TextFeatureCache? {
    guard variable("AP_CACHE") != "off" else { return nil }
    return UserFolder.cache.path(variable).map { TextFeatureCache(folder: "\($0)/text") }
  }

  /// What an entry is called.
  ///
  /// - Parameters:
  ///   - encoder: what the features follow from beside the prompt.
  static func key(prompt: String, encoder: [String]) -> String {
    var digest = Digest()
    for text in [Suite.version, prompt] + encoder { digest.add(text) }
    return digest.text
  }

  /// The features that were kept under a key; nil where there are none that are whole.
  func find(_ key: String) -> TextFeatures? {
    guard let bytes = try? FileSystem.read("\(folder)/\(key)", limit: Self.maximumBytes),
      let end = bytes.prefix(256).firstIndex(of: UInt8(ascii: "\n")),
      let head = try? JSONValue(parsing: Array(bytes[..<end])),
      let tokens = head["tokens"]?.int, let width = head["width"]?.int,
      (1...1 << 20).contains(tokens), (1...1 << 20).contains(width)
    else { return nil }
    let values = bytes[(end + 1)...]
    guard values.count == 4 * tokens * width, head["sha256"]?.string == Self.digest(values)
    else { return nil }
    // The cache is cleaned by when things were used.
    FileSystem.touch("\(folder)/\(key)")
    return TextFeatures(
      tokens: tokens, width: width,
      values: stride(from: values.startIndex, to: values.endIndex, by: 4).map { index in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) })
      })
  }

  /// Keeps features under a key: a line of JSON with their sizes and the SHA-256 of what follows, then [tokens, width]
  /// numbers, float32 little-endian.
  func store(_ features: TextFeatures, as key: String) {
    guard FileSystem.makeFolder(folder) else { return }
    let values = features.values.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let head: JSONValue = [
      "sha256": .string(Self.digest(values[...])), "tokens": JSONValue(features.tokens),
      "width": JSONValue(features.width),
    ]
    // A run that cannot keep them goes on without.
    guard let file = try? PartialFile(for: "\(folder)/\(key)", overwriting: true) else { return }
    do {
      try file.write(head.serialized() + [UInt8(ascii: "\n")] + values)
      try file.commit()
    } catch {
      file.discard()
    }
  }

  private static func digest(_ bytes: ArraySlice<UInt8>) -> String {
    var digest = Digest()
    bytes.withUnsafeBytes { digest.add($0) }
    return digest.text
  }
}
