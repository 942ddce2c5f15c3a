internal import APCore
internal import Digests

/// All that a filter's output depends on.
struct KeyedRun: Sendable, Equatable {
  /// What was on standard input.
  enum Input: Sendable, Equatable {
    case none
    /// The stream with this header, which says by itself what follows it.
    case header(StreamHeader)
    /// Bytes with this SHA-256, and the name of the file they came from.
    case bytes(sha256: String, file: String?)
    /// A file that the filter reads as standard input, with this SHA-256.
    case file(sha256: String)
  }

  /// The filter's name and version.
  var tool: String
  var version: String
  /// The SHA-256 of its program: two builds of one version may round differently.
  var executable: String
  /// What shapes its output.
  var options: [String: JSONValue]
  /// The files it reads besides: names without folders, and SHA-256.
  var files: [File]
  var input: Input

  struct File: Sendable, Equatable {
    var name: String
    var sha256: String
  }

  /// The name of the execution: a SHA-256 of all this.
  var key: String {
    let input: JSONValue =
      switch self.input {
      case .none: .null
      case .bytes(let sha256, _): ["bytes": .string(sha256)]
      case .file(let sha256): ["file": .string(sha256)]
      case .header(let header):
        ["header": .string(String(decoding: header.serialized(), as: UTF8.self))]
      }
    let value: JSONValue = [
      "executable": .string(executable),
      "files": .array(
        files.map { ["name": .string($0.name), "sha256": .string($0.sha256)] }),
      "input": input, "options": .object(options), "tool": .string(tool),
      "version": .string(version),
    ]
    var digest = Digest()
    digest.add(String(decoding: value.serialized(), as: UTF8.self))
    return digest.text
  }
}
