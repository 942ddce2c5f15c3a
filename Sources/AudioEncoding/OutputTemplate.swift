package import APCore

/// Where files go: a path with `{track}`, `{source}`, `{index}` and `{segment}` in it. `{{` and `}}` stand for
/// braces.
package struct OutputTemplate: Sendable, Hashable {
  private enum Part: Hashable {
    case text(String)
    case track, source, index, segment
  }

  /// The template as its user wrote it.
  package let text: String
  private let parts: [Part]

  /// - Throws: `usage` for braces with another name in them.
  package init(_ text: String) throws(FilterError) {
    self.text = text
    var parts: [Part] = []
    var plain = String.UnicodeScalarView()
    // By scalars, so that an accent that is a scalar of its own cannot hide a brace.
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "{" || scalar == "}", rest.first == scalar {
        plain.append(rest.removeFirst())
      } else if scalar == "{" {
        if !plain.isEmpty { parts.append(.text(String(plain))) }
        plain.removeAll()
        parts.append(try Self.takeVariable(&rest, of: text))
      } else {
        plain.append(scalar)
      }
    }
    if !plain.isEmpty { parts.append(.text(String(plain))) }
    self.parts = parts
    guard
      let last = text.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).last,
      !["", ".", ".."].contains(String(last))
    else {
      throw FilterError(
        .usage, "\"\(text)\" does not name a file.", advice: Self.folderAdvice(text) ?? "")
    }
  }

  private static func takeVariable(
    _ rest: inout Substring.UnicodeScalarView, of text: String
  ) throws(FilterError) -> Part {
    guard let close = rest.firstIndex(of: "}") else {
      throw FilterError(
        .usage, "\(text) has a { without a }.", advice: "For the brace itself, write {{.")
    }
    let name = String(rest[..<close])
    rest = rest[rest.index(after: close)...]
    switch name {
    case "track": return .track
    case "source": return .source
    case "index": return .index
    case "segment": return .segment
    default:
      throw FilterError(
        .usage, "\(text) has {\(name)}, which is unknown.",
        advice:
          "There are {track}, {source}, {index} and {segment}; for a brace itself, write it twice.")
    }
  }

  /// Whether the output is standard output.
  package var isStandardOutput: Bool { text == "-" }

  /// Whether each window gets a file of its own.
  var namesSegments: Bool { parts.contains(.segment) }

  /// Whether each track gets a file of its own.
  var namesTracks: Bool { parts.contains(.track) || parts.contains(.index) }

  /// The format that the file's extension, or standard output, stands for.
  var container: SoundFormat.Container? { isStandardOutput ? .wav : namedContainer }

  /// The format that the file's extension stands for.
  package var namedContainer: SoundFormat.Container? {
    guard case .text(let end)? = parts.last else { return nil }
    return SoundFormat.Container(fileName: end)
  }

  /// Whether its extension is that of files of another format.
  func misnames(_ container: SoundFormat.Container) -> Bool {
    guard !isStandardOutput, let named = self.container, named != container else { return false }
    // MP4 is one kind of file whatever is in it, but for the name that DJ software looks for; so is Ogg.
    let isKin = named.isMP4 && container.isMP4 || named.isOgg && container.isOgg
    return !isKin || named == .stem || named == .opus
  }

  /// What to write for a folder, where this may be meant as one.
  var folderAdvice: String? { Self.folderAdvice(text) }

  private static func folderAdvice(_ text: String) -> String? {
    let parts = text.unicodeScalars.split(separator: "/")
    guard let last = parts.last, !last.contains(where: { "{}.".unicodeScalars.contains($0) })
    else { return nil }
    let folder = text.hasSuffix("/") ? text : "\(text)/"
    return "For a folder, write -o \(ShellText.quoted("\(folder){track}.wav"))."
  }

  /// The path of a track's file.
  ///
  /// - Parameters:
  ///   - track: a track's name.
  ///   - source: the name of the file that the stream came from.
  ///   - index: the track's number in its stream, from 1.
  ///   - segment: the window's number in its track, from 0.
  func path(track: String, source: String?, index: Int, segment: Int = 0) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      // Neither may lead to another folder: both come from the stream.
      case .track: track.allSatisfy { $0 == "." } ? "_" : track
      case .source: Self.baseName(source ?? "")
      case .index: "\(index)"
      // Of one length, so that a shell's * has them in their order.
      case .segment: String(repeating: "0", count: max(0, 5 - "\(segment)".count)) + "\(segment)"
      }
    }.joined()
  }

  /// A file's name without folders and extension, fit to be a part of another's.
  static func baseName(_ source: String) -> String {
    var name = source.unicodeScalars.split(separator: "/").last.map { $0[...] } ?? .init()
    if let dot = name.lastIndex(of: "."), dot > name.startIndex { name = name[..<dot] }
    let plain = String.UnicodeScalarView(
      name.drop { $0 == "." }.map { $0.properties.generalCategory == .control ? "_" : $0 })
    // A file's name has at most 255 bytes; a track's name and an extension must fit too.
    return plain.isEmpty ? "audio" : String(plain).platformPrefix(180)
  }
}
