/// What all commands share, and what can be said on the command line, in the environment or in the
/// file. The raw value is the option's name and the file's key.
package enum Setting: String, CaseIterable, Sendable {
  case quiet
  case verbose
  case logLevel = "log-level"
  case progress
  case threads
  case tempDir = "temp-dir"
  case device

  /// The environment variable: `AP_` and the option's name in capitals, as in `AP_LOG_LEVEL`.
  package var variable: String {
    "AP_" + rawValue.uppercased().replacing("-", with: "_")
  }

  /// The option.
  package var option: String { "--\(rawValue)" }

  /// What can be said, to follow "must be".
  package var allowed: String {
    switch self {
    case .quiet, .verbose: "true or false"
    case .logLevel: Self.choice(LogLevel.self)
    case .progress: Self.choice(ProgressMode.self)
    case .threads: "a whole number from 1 to 1024"
    case .tempDir: "a folder"
    case .device: Self.choice(Device.self)
    }
  }

  /// Whether it can be set to this. A device of any name can: whether it is there, is asked later.
  package func accepts(_ text: String) -> Bool {
    switch self {
    case .quiet, .verbose: Self.truth(text) != nil
    case .logLevel: LogLevel(rawValue: text) != nil
    case .progress: ProgressMode(rawValue: text) != nil
    case .threads: Int(text).map { (1...1024).contains($0) } ?? false
    case .tempDir, .device: !text.isEmpty
    }
  }

  /// What YAML and shells call true and false.
  package static func truth(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  private static func choice<Value: CaseIterable & RawRepresentable>(_: Value.Type) -> String
  where Value.RawValue == String {
    let names = Value.allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
