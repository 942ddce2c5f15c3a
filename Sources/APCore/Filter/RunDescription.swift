/// Whether an earlier run's output can stand in for that of a run.
package enum Repeatability: Sendable, Hashable {
  /// It can, where version, options, these files and what is on standard input are the same.
  ///
  /// - Parameters:
  ///   - input: what is read on standard input.
  ///   - files: paths of files whose names and bytes shape the output.
  ///   - options: what shapes the output besides the options in the filter's `history`.
  case repeatable(input: Input, files: [String] = [], options: [String: JSONValue] = [:])
  /// It cannot: the run tells what changes by itself.
  case changing
  /// It cannot: the run does more than write to standard output, as this sentence says.
  case effective(String)

  /// What a filter reads on standard input.
  package enum Input: String, Sendable {
    /// Nothing.
    case none
    /// Bytes of any kind.
    case bytes
    /// A stream.
    case stream
  }
}

/// What a filter would do with the options it was given. `ap-cache` asks for it before it runs one,
/// since only the filter knows its defaults, and which options leave the output as it is.
package struct RunDescription: Sendable, Hashable {
  /// A filter that gets this before its other arguments writes its description, and ends.
  package static let question = "--describe-run"

  /// The filter's name.
  package let tool: String
  /// Its version.
  package let version: String
  /// The options that shape its output, defaults included.
  package let options: [String: JSONValue]
  /// Whether the run can be left out.
  package let repeatability: Repeatability
  /// Where it would write what it took.
  package let report: String?

  /// A description of what that filter would do.
  package init(
    tool: String, version: String, options: [String: JSONValue], repeatability: Repeatability,
    report: String? = nil
  ) {
    self.tool = tool
    self.version = version
    self.options = options
    self.repeatability = repeatability
    self.report = report
  }

  /// The answer to the question, on one line.
  package var json: JSONValue {
    var object: [String: JSONValue] = [
      "options": .object(options), "tool": .string(tool), "version": .string(version),
    ]
    object["report"] = report.map { .string($0) }
    switch repeatability {
    case .repeatable(let input, let files, let more):
      object["input"] = .string(input.rawValue)
      object["files"] = JSONValue(files)
      object["options"] = .object(options.merging(more) { $1 })
    case .changing: break
    case .effective(let sentence): object["effect"] = .string(sentence)
    }
    return .object(object)
  }

  /// Reads an answer; nil where it is none.
  package init?(answer: [UInt8]) {
    guard let value = try? JSONValue(parsing: answer), let tool = value["tool"]?.string,
      let version = value["version"]?.string, let options = value["options"]?.object
    else { return nil }
    var repeatability = Repeatability.changing
    if let sentence = value["effect"]?.string {
      repeatability = .effective(sentence)
    } else if let name = value["input"]?.string {
      guard let input = Repeatability.Input(rawValue: name), let files = value["files"]?.array
      else { return nil }
      repeatability = .repeatable(input: input, files: files.compactMap(\.string))
    }
    self.init(
      tool: tool, version: version, options: options, repeatability: repeatability,
      report: value["report"]?.string)
  }
}
