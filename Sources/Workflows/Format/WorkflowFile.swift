public import APCore
internal import ModelFiles
internal import Yams

/// Reads a workflow's file.
public struct WorkflowFile: Sendable {
  /// Its path, as it was given.
  public let path: String
  private let text: String

  /// The parser keeps all of it in memory.
  private static let maximumBytes = 1 << 20

  /// - Throws: `noInput` where it cannot be read, `configuration` where it is no text or too long.
  public init(path: String) throws(FilterError) {
    let bytes: [UInt8]?
    do {
      bytes = try FileSystem.read(path, limit: Self.maximumBytes)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be read: \(error).", underlying: error)
    }
    guard let bytes else {
      throw FilterError(
        .configuration, "\(path) has more than \(Self.maximumBytes) bytes; is it a workflow?")
    }
    guard let text = String(textFile: bytes) else {
      throw FilterError(.configuration, "\(path) is not UTF-8; is it a workflow?")
    }
    self.init(path: path, text: text)
  }

  init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// - Throws: `InvalidWorkflow`.
  public func parse() throws -> Workflow {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw InvalidWorkflow([Self.problem(error)])
    }
    // As YAML sees lines, so that its places are found again.
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
      .map { Array($0.unicodeScalars) }
    var reader = WorkflowReader(lines: lines)
    let workflow = reader.read(root)
    guard reader.problems.isEmpty else { throw InvalidWorkflow(reader.problems) }
    return workflow
  }

  private static func problem(_ error: YamlError) -> Problem {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let before = context.map { "\($0.text): " } ?? ""
      return Problem(Position(mark), "This is not YAML: \(before)\(problem).")
    case .duplicatedKeysInMapping(let duplicates, let context):
      return Problem(
        Position(context.mark), "\(duplicates.sorted().joined(separator: ", ")) stands here twice.")
    default:
      return Problem(Position(line: 1, column: 1), "This is not YAML: \(error).")
    }
  }
}

extension Position {
  init(_ mark: Mark) {
    self.init(line: mark.line, column: mark.column)
  }
}
