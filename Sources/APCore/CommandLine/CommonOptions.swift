public import ArgumentParser

/// The options that every filter takes.
public struct CommonOptions: ParsableArguments {
  /// Errors only, and no progress.
  @Flag(name: .shortAndLong, help: "Say nothing but errors; show no progress.")
  public var quiet = false

  /// Everything.
  @Flag(name: .shortAndLong, help: "Say more, as --log-level debug does.")
  public var verbose = false

  /// The least important words that are still said; nil for the default, `info`.
  @Option(help: ArgumentHelp("Say this and what matters more.", valueName: "level"))
  public var logLevel: LogLevel?

  /// When progress is shown.
  @Option(
    help: ArgumentHelp(
      "Show progress on standard error: auto is on a terminal, json a line a step.",
      valueName: "when"))
  public var progress: ProgressMode = .auto

  /// For the parser, which fills it.
  public init() {}

  /// - Throws: where options contradict each other.
  public func validate() throws {
    if [quiet, verbose, logLevel != nil].count(where: { $0 }) > 1 {
      throw ValidationError("Give one of --quiet, --verbose and --log-level.")
    }
  }

  /// The level that the options ask for.
  var level: LogLevel {
    if quiet { return .error }
    return verbose ? .debug : logLevel ?? .info
  }
}

/// How many threads a filter may use. The output does not depend on it.
public struct ThreadOptions: ParsableArguments {
  /// The count; nil for as many as there are processors.
  @Option(
    help: ArgumentHelp(
      "Use this many threads. (default: as many as there are processors)", valueName: "n"))
  public var threads: Int?

  /// For the parser, which fills it.
  public init() {}

  /// - Throws: where the count cannot be.
  public func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be in 1...1024.")
    }
  }
}

extension Fade: ExpressibleByArgument {}
