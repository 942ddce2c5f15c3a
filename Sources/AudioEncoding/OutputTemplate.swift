public import APCore

/// Where files go: a path with `{track}`, `{source}` and `{index}` in it.
public struct OutputTemplate: Sendable, Hashable {
  private enum Part: Hashable {
    case text(String)
    case track, source, index
  }

  /// The template as its user wrote it.
  public let text: String
  private let parts: [Part]

  /// - Throws: `usage` for braces with another name in them.
  public init(_ text: String) throws(FilterError) {
    self.text = text
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
      guard let close = rest[open...].firstIndex(of: "}") else {
        throw FilterError(.usage, "\(text) has a { without a }.")
      }
      switch rest[rest.index(after: open)..<close] {
      case "track": parts.append(.track)
      case "source": parts.append(.source)
      case "index": parts.append(.index)
      case let name:
        throw FilterError(
          .usage, "\(text) has {\(name)}, which is unknown.",
          advice: "There are {track}, {source} and {index}.")
      }
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
    guard let last = text.split(separator: "/", omittingEmptySubsequences: false).last,
      !last.isEmpty, last != ".", last != ".."
    else { throw FilterError(.usage, "\"\(text)\" names no file.") }
  }

  /// Whether the output is standard output.
  public var isStandardOutput: Bool { text == "-" }

  /// The format that the file's extension, or standard output, stands for.
  var container: SoundFormat.Container? {
    if isStandardOutput { return .wav }
    guard case .text(let end)? = parts.last, let dot = end.lastIndex(of: ".") else { return nil }
    let suffix = end[end.index(after: dot)...].lowercased()
    return suffix == "oga" ? .ogg : SoundFormat.Container(rawValue: suffix)
  }

  /// The path of a track's file.
  ///
  /// - Parameters:
  ///   - track: a track's name.
  ///   - source: the name of the file that the stream came from.
  ///   - index: the track's number in its stream, from 1.
  func path(track: String, source: String?, index: Int) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      // Neither may lead to another folder: both come from the stream.
      case .track: track.allSatisfy { $0 == "." } ? "_" : track
      case .source: Self.baseName(source ?? "")
      case .index: "\(index)"
      }
    }.joined()
  }

  /// A file's name without folders and extension, fit to be a part of another's.
  static func baseName(_ source: String) -> String {
    var name = source.split(separator: "/").last.map(String.init) ?? ""
    if let dot = name.lastIndex(of: "."), dot > name.startIndex { name = String(name[..<dot]) }
    let plain = name.unicodeScalars.map { scalar -> Character in
      scalar.properties.generalCategory == .control ? "_" : Character(scalar)
    }
    // A file's name has at most 255 bytes; a track's name and an extension must fit too.
    var short = String(plain.drop { $0 == "." })
    while short.utf8.count > 180 { short.removeLast() }
    return short.isEmpty ? "audio" : short
  }
}
