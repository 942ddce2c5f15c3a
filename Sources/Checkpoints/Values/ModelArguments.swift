package import APCore

/// The arguments that a model was made with, read with checks: from a checkpoint, or from the
/// `config.json` beside it.
package struct ModelArguments: Sendable {
  /// The file that they stand in, for messages.
  package let path: String
  /// By name; what is not a dict has none.
  package let values: CheckpointValue

  /// Names of the dicts around this one, each followed by a dot.
  private let prefix: String
  /// What to do about a model that cannot be used.
  private let advice: String

  /// - Parameter advice: what a refusal says beside the argument, as a whole sentence.
  package init(path: String, values: CheckpointValue, advice: String) {
    self.init(path: path, values: values, prefix: "", advice: advice)
  }

  /// Reads a file of JSON.
  ///
  /// - Throws: `FilterError.Code.noInput` where it cannot be read, `.unsupportedCheckpoint` where it
  ///   is not a JSON object.
  package init(json path: String, advice: String) throws(FilterError) {
    let region = try ByteRegion(mapping: path)
    let json: JSONValue
    do {
      json = try JSONValue(parsing: region.bytes.bytes)
    } catch {
      throw FilterError(
        .unsupportedCheckpoint, "\(path) cannot be read: it is not JSON: \(error)", advice: advice,
        underlying: error)
    }
    guard json.object != nil else {
      throw FilterError(
        .unsupportedCheckpoint, "\(path) cannot be read: it is not a JSON object.", advice: advice)
    }
    self.init(path: path, values: CheckpointValue(json), advice: advice)
  }

  private init(path: String, values: CheckpointValue, prefix: String, advice: String) {
    self.path = path
    self.values = values
    self.prefix = prefix
    self.advice = advice
  }

  /// The arguments of a part of the model; none where they are absent, so that its defaults count.
  package subscript(name: String) -> ModelArguments {
    ModelArguments(
      path: path, values: values[name] ?? CheckpointValue(.object([:])),
      prefix: "\(prefix)\(name).", advice: advice)
  }

  /// A whole number; the default where it is absent.
  package func int(
    _ name: String, default fallback: Int, in range: ClosedRange<Int>
  ) throws(FilterError) -> Int {
    guard let value = values[name] else { return fallback }
    guard let number = value.wholeNumber, range.contains(number) else {
      throw refusal(
        name, value.words, wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A list of whole numbers; the default where it is absent.
  package func ints(
    _ name: String, default fallback: [Int], in range: ClosedRange<Int>, count: ClosedRange<Int>
  ) throws(FilterError) -> [Int] {
    guard let value = values[name] else { return fallback }
    var items: [CheckpointValue] = []
    if case .list(let list) = value.kind { items = list }
    let numbers = items.compactMap(\.wholeNumber).filter(range.contains)
    guard count.contains(items.count), numbers.count == items.count else {
      throw refusal(
        name, value.words,
        wanted: "a list of \(count.lowerBound) to \(count.upperBound) whole numbers from "
          + "\(range.lowerBound) to \(range.upperBound)")
    }
    return numbers
  }

  /// A finite number; the default where it is absent.
  package func double(
    _ name: String, default fallback: Double, in range: ClosedRange<Double>
  ) throws(FilterError) -> Double {
    guard let value = values[name] else { return fallback }
    guard let number = value.number, range.contains(number) else {
      throw refusal(
        name, value.words, wanted: "a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// Refuses a model whose network would need something that no released checkpoint has.
  package func require(_ name: String, is expected: Bool) throws(FilterError) {
    guard let value = values[name] else { return }
    guard value.isTrue == expected else {
      throw refusal(name, value.words, wanted: expected ? "true" : "false")
    }
  }

  /// As `require(_:is:)`, for a number.
  package func require(_ name: String, is expected: Double) throws(FilterError) {
    guard let value = values[name] else { return }
    guard value.number == expected else { throw refusal(name, value.words, wanted: "\(expected)") }
  }

  /// As `require(_:is:)`, for a word.
  package func require(_ name: String, is expected: String) throws(FilterError) {
    guard let value = values[name] else { return }
    guard value.text == expected else {
      throw refusal(name, value.words, wanted: "\"\(expected)\"")
    }
  }

  /// Says that an argument's value cannot be used.
  package func refusal(_ name: String, _ value: String, wanted: String) -> FilterError {
    FilterError(
      .unsupportedCheckpoint,
      "\(path) was made with \(prefix)\(name) = \(value), but \(wanted) is needed.", advice: advice)
  }
}
