import APCommand
import APCore
import ArgumentParser
import Caching

/// What can be done with the cache itself.
enum CacheAction: String, CaseIterable {
  case list, clean, clear

  /// - Parameter arguments: what follows the action.
  func run(_ arguments: [String], in context: FilterContext) throws {
    switch self {
    case .list:
      let options: ListOptions = try parse(arguments, context)
      let runs = try store().list()
      try context.write(
        text: options.json
          ? runs.map { String(decoding: $0.json.serialized(), as: UTF8.self) + "\n" }.joined()
          : RunTable(runs).text)
    case .clean:
      let options: CleanOptions = try parse(arguments, context)
      let limit = try options.maxSize ?? CacheSettings.ofEnvironment().maxSize
      report(try store().clean(olderThan: options.olderThan?.seconds, size: limit?.bytes), context)
    case .clear:
      let _: NoOptions = try parse(arguments, context)
      report(try store().clear(), context)
    }
  }

  private func parse<Options: ParsableArguments>(
    _ arguments: [String], _ context: FilterContext
  ) throws -> Options {
    do {
      return try Options.parse(arguments)
    } catch {
      if Options.exitCode(for: error).isSuccess {
        try context.write(text: APCache.helpMessage() + "\n")
        context.end(as: .exit(0))
      }
      throw FilterError(
        .usage, CommandLineMistake.explained(Options.message(for: error), of: arguments),
        advice: "See 'ap-cache --help'.")
    }
  }

  private func store() throws(FilterError) -> CacheStore {
    guard let store = CacheStore.standard() else {
      throw FilterError(.configuration, "Neither XDG_CACHE_HOME nor HOME is set.")
    }
    return store
  }

  private func report(_ removal: Removal, _ context: FilterContext) {
    let runs = removal.runs == 1 ? "1 run" : "\(removal.runs) runs"
    context.log.info("Removed \(runs), \(ByteSize(bytes: removal.bytes)).")
  }
}

private struct ListOptions: ParsableArguments {
  @Flag var json = false
}

private struct CleanOptions: ParsableArguments {
  @Option var olderThan: Age?
  @Option var maxSize: ByteSize?
}

private struct NoOptions: ParsableArguments {}
