import APCore
import Checkpoints

extension ModelArguments {
  /// Finds `klass` and `kwargs` in what a checkpoint holds beside its tensors: values in a PyTorch
  /// archive, JSON texts in a safetensors file.
  ///
  /// - Throws: `FilterError.Code.unsupportedCheckpoint` where they are missing, or the class is
  ///   another one than `className`.
  init(of checkpoint: Checkpoint, className: String) throws(FilterError) {
    let path = checkpoint.path
    let content = checkpoint.content
    if let name = content["klass"]?.className, name != className,
      !name.hasSuffix(".\(className)")
    {
      throw FilterError(
        .unsupportedCheckpoint,
        "\(path) is a model of the class \(name), and only \(className) "
          + "runs here.", advice: "Use htdemucs, htdemucs_ft or htdemucs_6s.")
    }
    guard let arguments = content["kwargs"] else {
      throw FilterError(
        .unsupportedCheckpoint,
        "\(path) does not say how its model was made: it has no \"kwargs\".")
    }
    if let positional = content["args"]?.elements, !positional.isEmpty {
      throw FilterError(
        .unsupportedCheckpoint, "\(path) gives its model positional arguments, which are not read.")
    }
    self.init(
      path: path, values: try Self.parsed(arguments, path: path),
      advice: "No released htdemucs is like that.")
  }

  /// A length in seconds, greater than 0.
  func fraction(_ name: String, default fallback: Int, limit: Double) throws(FilterError)
    -> Fraction
  {
    guard let value = values[name] else { return Fraction(fallback)! }
    guard let fraction = value.fraction, fraction.value > 0, fraction.value <= limit else {
      throw refusal(name, value.words, wanted: "a number of seconds up to \(limit)")
    }
    return fraction
  }

  /// A list of different names that a stream's tracks can have.
  func names(_ name: String) throws(FilterError) -> [String] {
    let names = values[name]?.elements?.compactMap(\.text) ?? []
    guard
      !names.isEmpty, names.count <= 32, names.count == values[name]?.elements?.count,
      Set(names).count == names.count, names.allSatisfy(Self.isTrackName)
    else {
      throw FilterError(
        .unsupportedCheckpoint,
        "\(path) has no usable list of \(name): up to 32 different names of lower-case letters, "
          + "digits, dot, hyphen and underscore.")
    }
    return names
  }

  private static func parsed(
    _ arguments: CheckpointValue, path: String
  ) throws(FilterError) -> CheckpointValue {
    guard let text = arguments.text else {
      if case .dict = arguments.kind { return arguments }
      throw FilterError(.unsupportedCheckpoint, "\(path) has \"kwargs\" that are not a dict.")
    }
    do {
      return CheckpointValue(try JSONValue(parsing: Array(text.utf8)))
    } catch {
      throw FilterError(
        .unsupportedCheckpoint, "\(path) has \"kwargs\" that are not JSON: \(error)",
        underlying: error)
    }
  }

  private static func isTrackName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension CheckpointValue {
  /// The items of a list or tuple, or the JSON text of one.
  fileprivate var elements: [CheckpointValue]? {
    switch kind {
    case .list(let items), .tuple(let items): items
    case .string(let text):
      (try? JSONValue(parsing: Array(text.utf8))).flatMap { CheckpointValue($0).listItems }
    default: nil
    }
  }

  private var listItems: [CheckpointValue]? {
    if case .list(let items) = kind { items } else { nil }
  }

  fileprivate var className: String? {
    switch kind {
    case .string(let name): name
    case .opaque(let object): object.name
    default: nil
    }
  }

  /// A number, `"39/5"`, or Python's `Fraction("39/5")` or `Fraction(39, 5)`.
  fileprivate var fraction: Fraction? {
    switch kind {
    case .int(let value): return Fraction(value)
    case .double(let value): return Fraction(nearest: value)
    case .string(let text): return Fraction(text)
    case .opaque(let call) where call.name == "fractions.Fraction":
      let arguments = call.arguments ?? []
      if arguments.count == 2, let numerator = arguments[0].wholeNumber,
        let denominator = arguments[1].wholeNumber
      {
        return Fraction(numerator, denominator)
      }
      return arguments.count == 1 ? arguments[0].plainFraction : nil
    case .dict:
      guard self["_type"]?.text == "fraction", let numerator = self["numerator"]?.wholeNumber,
        let denominator = self["denominator"]?.wholeNumber
      else { return nil }
      return Fraction(numerator, denominator)
    default: return nil
    }
  }

  /// Not a call: a file may nest those without end.
  private var plainFraction: Fraction? {
    switch kind {
    case .int(let value): Fraction(value)
    case .string(let text): Fraction(text)
    default: nil
    }
  }
}
