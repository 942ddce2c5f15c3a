import APCore
import Checkpoints
internal import YAML

extension ModelArguments {
  /// The most bytes of a file of arguments; released ones have less than 5,000.
  private static let maximumBytes = 1 << 20

  /// Reads a file of YAML as PyYAML does, with Python's tuples as lists.
  ///
  /// - Throws: `FilterError.Code.noInput` where it cannot be read, `.unsupportedCheckpoint` where it is no mapping,
  ///   and for a tag of Python that would make anything but a tuple.
  init(yaml path: String, advice: String) throws(FilterError) {
    let bytes: [UInt8]?
    do {
      bytes = try FileSystem.read(path, limit: Self.maximumBytes)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be read: \(error).", underlying: error)
    }
    func wrong(_ problem: String, _ error: (any Error)? = nil) -> FilterError {
      FilterError(
        .unsupportedCheckpoint, "\(path) is not the configuration of a RoFormer: \(problem).",
        advice: advice, underlying: error)
    }
    guard let bytes else { throw wrong("it has more than \(Self.maximumBytes) bytes") }
    let values: CheckpointValue
    do {
      guard let root = try YAMLNode.parse(bytes.span.bytes), root.mapping != nil else {
        throw wrong("it is no mapping of names to values")
      }
      values = CheckpointValue(try root.json())
    } catch let error as FilterError {
      throw error
    } catch {
      throw wrong("\(error)", error)
    }
    self.init(path: path, values: values, advice: advice)
  }
}

extension YAMLNode {
  /// The value in JSON's terms.
  ///
  /// - Throws: `YAMLError` for a tag of Python other than that of a tuple.
  fileprivate func json() throws(YAMLError) -> JSONValue {
    if let tag, tag.hasPrefix("!!python/"), tag != "!!python/tuple" {
      throw YAMLError(problem: "the tag \(tag) asks for Python, which is not run", mark: mark)
    }
    switch content {
    case .scalar(let scalar): return value(scalar)
    case .sequence(let nodes):
      var items: [JSONValue] = []
      for node in nodes { items.append(try node.json()) }
      return .array(items)
    case .mapping(let members):
      var object: [String: JSONValue] = [:]
      for member in members {
        guard let key = member.key.text else {
          throw YAMLError(problem: "a key is no text", mark: member.key.mark)
        }
        object[key] = try member.value.json()
      }
      return .object(object)
    }
  }

  private func value(_ scalar: Scalar) -> JSONValue {
    if isNull { return .null }
    if let bool { return .bool(bool) }
    // YAML 1.1, which Python reads, has these words too.
    if tag == nil, scalar.isPlain {
      switch scalar.text.lowercased() {
      case "yes", "on": return .bool(true)
      case "no", "off": return .bool(false)
      default: break
      }
    }
    if let int { return JSONValue(int) }
    if let double, double.isFinite { return JSONValue(double) }
    return .string(scalar.text)
  }
}
