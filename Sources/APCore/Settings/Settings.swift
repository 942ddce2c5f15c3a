/// The values of the shared options, each from the most important place that says something: the
/// command line, the environment, the file; else its default.
package struct Settings: Sendable {
  /// The least important words that are still said.
  package private(set) var logLevel = LogLevel.info
  /// When progress is shown.
  package private(set) var progress = ProgressMode.auto
  /// How many threads a command may use; nil: one per processor. Its output does not depend on it.
  package private(set) var threads: Int?
  /// Where temporary files go.
  package private(set) var temporaryFolder = "/tmp"
  /// Where networks run.
  package private(set) var device = Device.auto

  private(set) var origins: [Setting: Origin] = [:]

  /// All defaults.
  package init() {}

  /// - Parameters:
  ///   - layers: the most important one first.
  ///   - temporaryFolder: the value of `TMPDIR`, which counts where no layer says a folder.
  /// - Throws: `configuration` for words that contradict each other; `unavailable` for a device that is not there;
  ///   `cannotCreate` for a folder that takes no temporary files.
  package init(_ layers: [SettingsLayer], temporaryFolder: String? = nil) throws(FilterError) {
    func first(_ setting: Setting) -> SettingsLayer.Given? {
      layers.lazy.compactMap { $0[setting] }.first
    }
    try takeWords(layers)
    if let given = first(.threads) {
      threads = Int(given.text)
      origins[.threads] = given.origin
    }
    if let given = first(.device) {
      device = try Self.device(given)
      origins[.device] = given.origin
    }
    if let given = first(.tempDir) {
      self.temporaryFolder = try Self.folder(given)
      origins[.tempDir] = given.origin
    } else if let temporaryFolder, !temporaryFolder.isEmpty {
      self.temporaryFolder = temporaryFolder
      origins[.tempDir] = .environment("TMPDIR")
    }
  }

  private mutating func takeWords(_ layers: [SettingsLayer]) throws(FilterError) {
    let shown = layers.firstIndex { $0[.progress] != nil }
    if let shown, let given = layers[shown][.progress] {
      progress = ProgressMode(rawValue: given.text) ?? .auto
      origins[.progress] = given.origin
    }
    for (index, layer) in layers.enumerated() {
      guard let (level, origin) = try layer.logLevel() else { continue }
      logLevel = level
      origins[.logLevel] = origin
      // Silence is without progress, unless a more important place asks for that.
      if layer.isQuiet, index <= shown ?? index {
        progress = .never
        origins[.progress] = origin
      }
      return
    }
  }

  private static func device(_ given: SettingsLayer.Given) throws(FilterError) -> Device {
    guard let device = Device(rawValue: given.text) else {
      throw FilterError(
        .unavailable, "\(given.origin): there is no device \"\(given.text)\".",
        advice: "Give cpu or auto: networks run on the processor.")
    }
    return device
  }

  private static func folder(_ given: SettingsLayer.Given) throws(FilterError) -> String {
    do {
      try Syscalls.checkWritableFolder(given.text)
    } catch {
      throw FilterError(
        .cannotCreate,
        "\(given.origin): no temporary file can be created in \(given.text): \(error).",
        advice: "Give a folder that exists and that you can write to.", underlying: error)
    }
    return given.text
  }
}
