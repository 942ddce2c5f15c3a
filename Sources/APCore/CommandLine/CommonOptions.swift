public import ArgumentParser

/// The options that every filter takes.
public struct CommonOptions: ParsableArguments {
  @Flag(name: .shortAndLong, help: "Say nothing but errors; show no progress.")
  public var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: as --log-level debug.")
  public var verbose = false

  @Option(
    help: ArgumentHelp(
      "Say this and what matters more: error, warning, info or debug.", valueName: "level"))
  public var logLevel: LogLevel?

  @Option(
    help: ArgumentHelp(
      "Show progress on standard error: auto (on a terminal), always, never or json (a line a step).",
      valueName: "when"))
  public var progress: ProgressMode = .auto

  public init() {}

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
  @Option(
    help: ArgumentHelp(
      "Use this many threads; as many as there are processors if not given.", valueName: "n"))
  public var threads: Int?

  public init() {}

  public func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be in 1...1024.")
    }
  }
}

extension Fade: ExpressibleByArgument {}
