import APCommand
import APCore
internal import ArgumentParser
internal import Caching

/// What only this command has.
struct CacheOptions: ParsableArguments {
  @Flag(help: "Run the filter without the cache.")
  var noCache = false

  @Flag(help: "Tell streams apart by all of their bytes, not by their headers.")
  var hashInput = false

  @Option(
    help: ArgumentHelp(
      "Remove the least recently used outputs while the cache is larger than this, such as 20G.",
      valueName: "size"), transform: ByteSize.argument)
  var maxSize: ByteSize?

  @Option(
    help: ArgumentHelp(
      "With clean: remove outputs that have not been used for this long, such as 30d.",
      valueName: "age"), transform: Age.argument)
  var olderThan: Age?

  @Flag(help: "With list: print one line of JSON per output.")
  var json = false
}

@main
struct APCache: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-cache",
    abstract: "Run a filter only when its input or options are new.",
    usage: """
      ap-cache [options] <filter> [<arguments> ...]
      ap-cache list [--json]
      ap-cache clean [--older-than <age>] [--max-size <size>]
      ap-cache clear
      """,
    discussion: """
      Put it before a filter and its arguments. It does what the filter does; where the filter has \
      run before on the same input with the same options, its stored output is written again.
      """,
    version: Suite.version)

  @OptionGroup var options: CacheOptions

  @OptionGroup var common: CommonOptions

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The filter and its arguments, or an action.", valueName: "filter"))
  var words: [String] = []

  static var completed: any ParsableCommand.Type { CompletedCache.self }

  /// It adds nothing to a stream.
  var historyOptions: [String: JSONValue] { [:] }

  func repeatability() -> Repeatability {
    .effective("It is a cache itself.")
  }

  func validate() throws {
    guard let first = words.first else {
      throw ValidationError("Give a filter to run, or list, clean or clear.")
    }
    // All that follows the filter is its own, so that nothing before it is known to be an option.
    if ["-h", "--help"].contains(first) { throw CleanExit.helpRequest(self) }
    if first == "--version" { throw CleanExit.message(Suite.version) }
    if first.hasPrefix("-"), first != "--" { throw ValidationError("Unknown option '\(first)'.") }
    if options.json || options.olderThan != nil {
      throw ValidationError("--json goes after list, and --older-than after clean.")
    }
    if CacheAction(rawValue: first) != nil,
      options.noCache || options.hashInput || options.maxSize != nil
    {
      throw ValidationError(
        "--no-cache, --hash-input and --max-size go before a filter, not before \(first). "
          + "--max-size goes after clean, too.")
    }
  }

  var writesStream: Bool {
    words.first.flatMap(CacheAction.init) == nil
  }

  /// Unless the filter is one that may read only files.
  var readsStream: Bool {
    writesStream && !words.contains { ["ap-decode", "ap-mix"].contains($0) }
  }

  func run(in context: FilterContext) throws {
    let command = words.first == "--" ? Array(words.dropFirst()) : words
    guard let name = command.first else {
      throw FilterError(.usage, "There is no filter after --.")
    }
    if let action = CacheAction(rawValue: name), words.first != "--" {
      return try action.run(Array(command.dropFirst()), in: context)
    }
    let settings = try CacheSettings.ofEnvironment()
    var run = CachedRun(command)
    run.isOn = !options.noCache && settings.isOn
    run.hashesInput = options.hashInput
    run.maxSize = options.maxSize?.bytes ?? settings.maxSize?.bytes
    try run.run(in: context)
  }
}

/// The command as a shell completes it: its filter apart from the filter's arguments.
private struct CompletedCache: ParsableCommand {
  static let configuration = APCache.configuration

  @OptionGroup var options: CacheOptions
  @OptionGroup var common: CommonOptions

  @Argument(
    completion: .list(
      CacheAction.allCases.map(\.rawValue) + Suite.filters.filter { $0 != "ap-cache" }.sorted()))
  var filter: String

  @Argument(parsing: .captureForPassthrough, completion: .file())
  var arguments: [String] = []
}

extension ByteSize {
  /// The value of an option that takes a size.
  ///
  /// - Throws: what the parser says after the option's name.
  static func argument(_ text: String) throws -> ByteSize {
    guard let size = ByteSize(argument: text) else {
      throw ValidationError("It must be \(allowed).")
    }
    return size
  }
}

extension Age {
  /// The value of an option that takes an age.
  ///
  /// - Throws: what the parser says after the option's name.
  static func argument(_ text: String) throws -> Age {
    guard let age = Age(argument: text) else {
      throw ValidationError("It must be \(allowed).")
    }
    return age
  }
}
