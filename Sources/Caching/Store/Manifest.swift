internal import APCore

/// What `manifest.json` says of an execution: what ran, on what, and what came out.
struct Manifest: Sendable, Equatable {
  /// A file that an execution wrote.
  struct Output: Sendable, Equatable {
    var file: String
    var size: Int
    /// The checksum of its bytes.
    var xxh3: String
    /// Where its end record begins.
    var end: Int
  }

  /// The key it is found by.
  var key: String
  /// When it was written, in UTC.
  var created: String
  /// The command line.
  var command: [String]
  /// What the key was made of.
  var run: KeyedRun
  /// The stream that it wrote.
  var output: Output

  /// One more whenever manifests of before cannot be used any more.
  private static let format = 3
  static let maximumBytes = 1 << 20

  /// The file's content.
  var bytes: [UInt8] {
    var members: [String: JSONValue] = [
      "format": JSONValue(Self.format), "key": .string(key), "created": .string(created),
      "command": JSONValue(command), "options": .object(run.options),
      "filter": [
        "tool": .string(run.tool), "version": .string(run.version),
        "executable": .string(run.executable),
      ],
      "files": .array(
        run.files.map { ["name": .string($0.name), "sha256": .string($0.sha256)] }),
      "outputs": [
        [
          "file": .string(output.file), "size": JSONValue(output.size),
          "xxh3": .string(output.xxh3), "end": JSONValue(output.end),
        ]
      ],
    ]
    if let source = run.input.source { members["source"] = .object(source) }
    return JSONValue.object(members).serialized() + [UInt8(ascii: "\n")]
  }

  /// Reads back what finds and checks the execution, and what is shown of it.
  ///
  /// - Returns: nil where the bytes are damaged; without an output where another version of ap wrote them.
  static func summary(of bytes: [UInt8]) -> ExecutionSummary? {
    guard
      let json = try? JSONValue(parsing: bytes, limits: JSONLimits(bytes: maximumBytes)),
      let format = json["format"]?.int, let key = json["key"]?.string,
      let created = json["created"]?.string, let command = json["command"]?.array
    else { return nil }
    var summary = ExecutionSummary(
      key: key, created: created, command: command.compactMap(\.string),
      source: json["source"]?["file"]?.string)
    if format == Self.format {
      guard let output = output(in: json) else { return nil }
      summary.output = output
    }
    return summary
  }

  private static func output(in json: JSONValue) -> Output? {
    guard let outputs = json["outputs"]?.array, outputs.count == 1,
      let file = outputs[0]["file"]?.string, let size = outputs[0]["size"]?.int,
      let xxh3 = outputs[0]["xxh3"]?.string, let end = outputs[0]["end"]?.int,
      end >= 0, end <= size
    else { return nil }
    return Output(file: file, size: size, xxh3: xxh3, end: end)
  }
}

/// What of a manifest is needed later.
struct ExecutionSummary: Sendable, Equatable {
  var key: String
  var created: String
  var command: [String]
  /// The name of the file that the sound came from.
  var source: String?
  /// nil where another version of ap keeps outputs in a way that this one does not read.
  var output: Manifest.Output?
}

extension KeyedRun.Input {
  /// Where the sound came from, or what its bytes were.
  fileprivate var source: [String: JSONValue]? {
    switch self {
    case .none: return nil
    case .header(let header):
      var source: [String: JSONValue] = [:]
      source["file"] = (header.source?.file).map { .string($0) }
      source["sha256"] = (header.source?.sha256).map { .string($0) }
      return source
    case .bytes(let sha256, let file):
      var source: [String: JSONValue] = ["input-sha256": .string(sha256)]
      source["file"] = file.map { .string($0) }
      return source
    case .file(let sha256): return ["input-sha256": .string(sha256)]
    }
  }
}
