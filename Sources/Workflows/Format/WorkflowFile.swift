package import APCore
internal import SystemPackage
internal import YAML

/// Reads a workflow's file.
package struct WorkflowFile: Sendable {
  /// What messages call it: its path, or "standard input".
  package let path: String
  private let text: String

  /// The parser keeps all of it in memory.
  private static let maximumBytes = 1 << 20

  /// - Throws: `noInput` where it cannot be read, `configuration` where it is not text or too long.
  package init(path: String) throws(FilterError) {
    let isStandardInput = path == "-"
    guard !isStandardInput || !FileDescriptor.standardInput.isTerminal else {
      throw FilterError(
        .usage, "Standard input is a terminal, not a workflow.", advice: "Give the workflow's file."
      )
    }
    let name = isStandardInput ? "standard input" : path
    let bytes: [UInt8]?
    do {
      bytes = try FileSystem.read(
        isStandardInput ? "/dev/stdin" : path, limit: Self.maximumBytes)
    } catch {
      throw FilterError(.noInput, "\(name) cannot be read: \(error).", underlying: error)
    }
    guard let bytes else {
      throw FilterError(
        .configuration, "\(name) has more than \(Self.maximumBytes) bytes; is it a workflow?")
    }
    guard let text = String(textFile: bytes) else {
      throw FilterError(.configuration, "\(name) is not UTF-8; is it a workflow?")
    }
    self.init(path: name, text: text)
  }

  init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// - Throws: `InvalidWorkflow`.
  package func parse() throws -> Workflow {
    let root: YAMLNode?
    do {
      root = try YAMLNode.parse(text)
    } catch {
      throw InvalidWorkflow([
        Problem(Position(error.mark), "This is not YAML: \(error.problem).")
      ])
    }
    // As YAML sees lines, so that its places are found again.
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
      .map { Array($0.unicodeScalars) }
    var reader = WorkflowReader(lines: lines)
    let workflow = reader.read(root)
    guard reader.problems.isEmpty else { throw InvalidWorkflow(reader.problems) }
    return workflow
  }
}

extension Position {
  init(_ mark: YAMLMark) {
    self.init(line: mark.line, column: mark.column)
  }
}
