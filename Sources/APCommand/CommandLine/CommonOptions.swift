package import APCore
internal import ArgumentParser

/// The options that all commands share. What they come to together with the environment and the
/// file, is in `Settings`.
package struct CommonOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Print errors only, and show no progress.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print more messages, as --log-level debug does.")
  var verbose = false

  @Option(
    help: ArgumentHelp(
      "Print messages of this level and above: error, warning, info or debug. (default: info)",
      valueName: "level"),
    completion: .list(LogLevel.allCases.map(\.rawValue)), transform: Setting.logLevel.argument)
  var logLevel: String?

  @Option(
    help: ArgumentHelp(
      "Show progress: auto (on a terminal), always, never or json. (default: auto)",
      valueName: "when"),
    completion: .list(ProgressMode.allCases.map(\.rawValue)), transform: Setting.progress.argument)
  var progress: String?

  @Option(
    help: ArgumentHelp(
      "Use at most this many threads; the output is the same. (default: one per processor)",
      valueName: "n"),
    transform: Setting.threads.argument)
  var threads: String?

  @Option(
    help: ArgumentHelp(
      "Put temporary files in this folder. (default: TMPDIR, or /tmp)", valueName: "folder"),
    completion: .directory, transform: Setting.tempDir.argument)
  var tempDir: String?

  @Option(
    help: ArgumentHelp(
      "Run networks on this device: cpu, or auto for the fastest there is. (default: auto)",
      valueName: "device"),
    completion: .list(Device.allCases.map(\.rawValue)), transform: Setting.device.argument)
  var device: String?

  @Option(
    help: ArgumentHelp(
      "Write the time and memory that the run took to this file, as JSON.", valueName: "file"),
    completion: .file())
  var report: String?

  /// For the parser, which fills it.
  package init() {}

  /// - Throws: where options contradict each other.
  package func validate() throws {
    if [quiet, verbose, logLevel != nil].count(where: { $0 }) > 1 {
      throw ValidationError("Give only one of --quiet, --verbose and --log-level.")
    }
    if report == "-" {
      throw ValidationError(
        "Standard output is for the stream. Give --report a file, such as report.json.")
    }
  }

  /// What the command line says.
  func layer() throws(FilterError) -> SettingsLayer {
    var layer = SettingsLayer()
    let values: [(Setting, String?)] = [
      (.quiet, quiet ? "true" : nil), (.verbose, verbose ? "true" : nil), (.logLevel, logLevel),
      (.progress, progress), (.threads, threads), (.tempDir, tempDir), (.device, device),
    ]
    for (setting, value) in values {
      guard let value else { continue }
      try layer.set(setting, to: value, from: .option(setting.option))
    }
    return layer
  }
}

extension Setting {
  /// An option's word as it is, where it can be a value of this setting.
  fileprivate func argument(_ text: String) throws -> String {
    guard accepts(text) else { throw ValidationError("It must be \(allowed).") }
    return text
  }
}

extension Fade: ExpressibleByArgument {}
