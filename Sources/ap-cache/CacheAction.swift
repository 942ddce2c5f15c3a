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
      guard limit != nil || options.olderThan != nil else { return try explain(context) }
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
        .usage,
        CommandLineMistake.explained(
          Options.message(for: error), of: arguments, tool: "ap-cache", command: Options.self),
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
    let what = Self.counts(runs: removal.runs, texts: removal.texts)
    context.log.info("Removed \(what), \(ByteSize(bytes: removal.bytes)).")
  }

  /// Says what could be removed: without a limit, nothing is but what dead writers left.
  private func explain(_ context: FilterContext) throws(FilterError) {
    let store = try store()
    store.clean()
    let kept = store.list()
    let what = Self.counts(
      runs: kept.count { $0.kind == .output }, texts: kept.count { $0.kind == .text })
    let size = ByteSize(bytes: kept.reduce(0) { $0 + $1.size })
    context.log.info(
      "Removed nothing: \(what) \(kept.count == 1 ? "is" : "are") kept, \(size). Give --older-than, --max-size or both; "
        + "'ap-cache clear' removes all.")
  }

  private static func counts(runs: Int, texts: Int) -> String {
    let outputs = runs == 1 ? "1 run" : "\(runs) runs"
    return texts == 0 ? outputs : "\(outputs) and \(texts == 1 ? "1 text" : "\(texts) texts")"
  }
}

private struct ListOptions: ParsableArguments {
  @Flag var json = false
}

private struct CleanOptions: ParsableArguments {
  @Option(transform: Age.argument) var olderThan: Age?
  @Option(transform: ByteSize.argument) var maxSize: ByteSize?
}

private struct NoOptions: ParsableArguments {}
