/// What one place says: the command line, the environment or the file.
package struct SettingsLayer {
  /// A value, in the words it was given in.
  package struct Given {
    package let text: String
    package let origin: Settings.Origin
  }

  package init() {}

  package private(set) var given: [Setting: Given] = [:]

  package subscript(setting: Setting) -> Given? { given[setting] }

  /// - Throws: `configuration` for a value that the setting cannot have.
  package mutating func set(
    _ setting: Setting, to text: String, from origin: Settings.Origin
  ) throws(FilterError) {
    guard setting.accepts(text) else {
      throw FilterError(
        .configuration, "\(origin): \(setting.rawValue) is \"\(text)\".",
        advice: "It must be \(setting.allowed).")
    }
    given[setting] = Given(text: text, origin: origin)
  }

  /// The importance of words that is asked for; nil where nothing is said about it.
  ///
  /// - Throws: `configuration` where that is said twice.
  func logLevel() throws(FilterError) -> (level: LogLevel, origin: Settings.Origin)? {
    var asked: [(level: LogLevel, origin: Settings.Origin)] = []
    var denied: Settings.Origin?
    for (setting, level) in [(.quiet, .error), (.verbose, .debug)] as [(Setting, LogLevel)] {
      guard let given = given[setting] else { continue }
      if Setting.truth(given.text) == true {
        asked.append((level, given.origin))
      } else {
        denied = given.origin
      }
    }
    if let given = given[.logLevel], let level = LogLevel(rawValue: given.text) {
      asked.append((level, given.origin))
    }
    guard asked.count < 2 else {
      throw FilterError(
        .configuration, "\(asked[0].origin) and \(asked[1].origin) contradict each other.",
        advice: "Give only one of quiet, verbose and log-level.")
    }
    // "quiet: false" says something too: it takes back what a less important place says.
    return asked.first ?? denied.map { (.info, $0) }
  }

  /// Whether it asks for silence.
  var isQuiet: Bool {
    given[.quiet].flatMap { Setting.truth($0.text) } ?? false
  }

  /// What the process's environment says; a variable that is empty says nothing.
  ///
  /// - Throws: `configuration`.
  package static func environment(
    _ variable: (String) -> String?
  ) throws(FilterError) -> SettingsLayer {
    var layer = SettingsLayer()
    for setting in Setting.allCases {
      guard let text = variable(setting.variable), !text.isEmpty else { continue }
      try layer.set(setting, to: text, from: .environment(setting.variable))
    }
    return layer
  }
}
