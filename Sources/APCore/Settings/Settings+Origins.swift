extension Settings {
  /// Where a value comes from.
  package enum Origin: Sendable, Hashable, CustomStringConvertible {
    /// An option of the command line.
    case option(String)
    /// An environment variable.
    case environment(String)
    /// A place in a file; both numbers count from 1.
    case file(String, line: Int, column: Int)
    /// Nobody said anything.
    case standard

    /// As an error message starts with it.
    package var description: String {
      switch self {
      case .option(let name), .environment(let name): name
      case .file(let path, let line, let column): "\(path):\(line):\(column)"
      case .standard: "default"
      }
    }
  }

  /// A value as it can be shown.
  package struct Entry: Sendable, Equatable {
    /// What it is.
    package let setting: Setting
    /// Its value, as it would be said on a command line.
    package let value: String
    /// Where it comes from.
    package let origin: Origin
  }

  /// Puts what options say into this process's environment, so that commands it starts go by it.
  /// Progress is the caller's to show, of what they say about it in JSON.
  ///
  /// - Parameter progress: whether they are to say something. There must be no other threads yet.
  package func export(progress: Bool) {
    for entry in entries {
      guard case .option = entry.origin else { continue }
      Syscalls.setEnvironment(entry.setting.variable, entry.value)
    }
    // In one place, quiet and verbose contradict a log level.
    let words: [(Setting, String)] = [
      (.logLevel, logLevel.rawValue), (.quiet, ""), (.verbose, ""),
      (.progress, (progress ? ProgressMode.json : .never).rawValue),
    ]
    for (setting, value) in words { Syscalls.setEnvironment(setting.variable, value) }
  }

  /// Every value and its origin. `quiet` and `verbose` are other words for a `log-level`.
  package var entries: [Entry] {
    let values: [(Setting, String)] = [
      (.logLevel, logLevel.rawValue), (.progress, progress.rawValue),
      (.threads, threads.map(String.init) ?? "one per processor"), (.tempDir, temporaryFolder),
      (.device, device.rawValue),
    ]
    return values.map { setting, value in
      Entry(setting: setting, value: value, origin: origins[setting] ?? .standard)
    }
  }
}
