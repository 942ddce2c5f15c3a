internal import APCore
internal import TOMLKit

/// What `manifest.toml` says of an execution: what ran, on what, and what came out.
struct Manifest: Sendable, Equatable {
  /// A file that an execution wrote.
  struct Output: Sendable, Equatable {
    var file: String
    var size: Int
    var sha256: String
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

  private static let format = 1

  /// The file's text.
  var text: String {
    let table = TOMLTable()
    table["format"] = Self.format
    table["key"] = key
    table["created"] = created
    table["command"] = TOMLArray(command as [any TOMLValueConvertible])
    let filter = TOMLTable()
    filter["tool"] = run.tool
    filter["version"] = run.version
    filter["executable"] = run.executable
    table["filter"] = filter
    table["options"] = TOMLTable(json: run.options)
    table["files"] = TOMLArray(
      run.files.map { file in
        TOMLTable(json: ["name": .string(file.name), "sha256": .string(file.sha256)])
      } as [any TOMLValueConvertible])
    if let input = TOMLTable(input: run.input) { table["source"] = input }
    let output = TOMLTable(json: [
      "file": .string(output.file), "size": JSONValue(output.size),
      "sha256": .string(output.sha256), "end": JSONValue(output.end),
    ])
    table["outputs"] = TOMLArray([output] as [any TOMLValueConvertible])
    return table.convert(options: [.allowLiteralStrings, .allowUnicodeStrings]) + "\n"
  }

  /// Reads back what finds and checks the execution, and what is shown of it.
  ///
  /// - Returns: nil where the text is damaged.
  static func summary(of text: String) -> ExecutionSummary? {
    guard let table = try? TOMLTable(string: text), table["format"]?.int == format,
      let key = table["key"]?.string, let created = table["created"]?.string,
      let command = table["command"]?.array, let outputs = table["outputs"]?.array,
      outputs.count == 1, let entry = outputs[0].table, let file = entry["file"]?.string,
      let size = entry["size"]?.int, let sha256 = entry["sha256"]?.string,
      let end = entry["end"]?.int, end >= 0, end <= size
    else { return nil }
    return ExecutionSummary(
      key: key, created: created, command: command.compactMap(\.string),
      source: table["source"]?["file"]?.string,
      output: Output(file: file, size: size, sha256: sha256, end: end))
  }
}

/// What of a manifest is needed later.
struct ExecutionSummary: Sendable, Equatable {
  var key: String
  var created: String
  var command: [String]
  /// The name of the file that the sound came from.
  var source: String?
  var output: Manifest.Output
}

extension TOMLTable {
  /// Nulls are left out: TOML has none.
  fileprivate convenience init(json members: [String: JSONValue]) {
    self.init()
    for (key, value) in members {
      if let value = value.toml { self[key] = value }
    }
  }

  /// Where the sound came from, or what its bytes were.
  fileprivate convenience init?(input: KeyedRun.Input) {
    switch input {
    case .none: return nil
    case .header(let header):
      self.init()
      if let file = header.source?.file { self["file"] = file }
      if let sha256 = header.source?.sha256 { self["sha256"] = sha256 }
    case .bytes(let sha256, let file):
      self.init()
      self["input-sha256"] = sha256
      if let file { self["file"] = file }
    case .file(let sha256):
      self.init()
      self["input-sha256"] = sha256
    }
  }
}

extension JSONValue {
  fileprivate var toml: (any TOMLValueConvertible)? {
    switch self {
    case .null: nil
    case .bool(let value): value
    case .number(let text): int ?? double ?? text
    case .string(let value): value
    case .array(let values): TOMLArray(values.compactMap(\.toml) as [any TOMLValueConvertible])
    case .object(let members): TOMLTable(json: members)
    }
  }
}
