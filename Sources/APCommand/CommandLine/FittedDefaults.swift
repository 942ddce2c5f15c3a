internal import APCore
internal import ArgumentParser

/// A command line, and those options of the user's environment and file that fit it.
///
/// The parser alone knows which options go together, so it is asked. What overrides an option may exclude it, as
/// `--stems` does `two-stems`: then it is left out. Options that fit no command line, such as two of one file that
/// contradict each other, are a mistake.
struct FittedDefaults {
  /// What the parser is to get.
  private(set) var words: [String]
  /// The options that do not go with what overrides them.
  private(set) var leftOut: [FilterOption] = []
  /// The option that is a mistake, as the parser will say of the words.
  private(set) var culprit: FilterOption?

  /// - Parameters:
  ///   - defaults: the options, the most important ones first.
  ///   - arguments: the words of the command line, of whose options the last one counts.
  init(
    _ defaults: [FilterDefaults.Given], before arguments: [String],
    of command: any FilterCommand.Type
  ) {
    let trial = Trial(command: command, arguments: arguments)
    let candidates = trial.unanswered(defaults)
    words = trial.words(candidates)
    guard !candidates.isEmpty, !trial.parses(candidates) else { return }
    let (kept, rest) = trial.split(candidates)
    // Else the mistake is the command line's own.
    guard trial.parses(kept) else { return }
    let isWhole = trial.isPossible(defaults.words)
    let mistake = rest.first { !isWhole && !trial.isExcluded($0, by: kept) }
    culprit = mistake?.option
    words = trial.words(kept + (mistake.map { [$0] } ?? []))
    if mistake == nil { leftOut = rest.map(\.option) }
  }
}

/// What the parser makes of a command line with some options before it.
private struct Trial {
  let command: any FilterCommand.Type
  let arguments: [String]

  func words(_ defaults: [FilterDefaults.Given]) -> [String] { defaults.words + arguments }

  func parses(_ defaults: [FilterDefaults.Given]) -> Bool { parses(words(defaults)) }

  private func parses(_ words: [String]) -> Bool { (try? command.parseAsRoot(words)) != nil }

  /// Whether words can be part of a command line.
  func isPossible(_ words: [String]) -> Bool { completion(of: words) != nil }

  /// What words lack of a command line.
  private func completion(of words: [String]) -> [String]? {
    ([[]] + command.examples).first { parses($0 + words) }
  }

  /// The options that nothing overrides.
  func unanswered(_ defaults: [FilterDefaults.Given]) -> [FilterDefaults.Given] {
    func open(_ some: [FilterDefaults.Given], after words: [String]) -> [FilterDefaults.Given] {
      some.filter { given in
        !arguments.contains(option: given.option.name)
          && !command.isAnswered(given.option, by: words)
      }
    }
    let environment = open(defaults.filter(\.isVariable), after: arguments)
    return environment
      + open(defaults.filter { !$0.isVariable }, after: words(environment))
  }

  /// The options that can be parsed together, and the others: one if that is enough, of the file before the
  /// environment.
  func split(
    _ candidates: [FilterDefaults.Given]
  ) -> (kept: [FilterDefaults.Given], rest: [FilterDefaults.Given]) {
    for one in candidates.filter({ !$0.isVariable }) + candidates.filter(\.isVariable) {
      let others = candidates.filter { $0.option.name != one.option.name }
      if parses(others) { return (others, [one]) }
    }
    var (kept, rest): ([FilterDefaults.Given], _) = ([], candidates)
    while let next = rest.firstIndex(where: { parses(kept + [$0]) }) {
      kept.append(rest.remove(at: next))
    }
    return (kept, rest)
  }

  /// Whether what overrides an option, and not the option, is why they do not go together.
  func isExcluded(_ given: FilterDefaults.Given, by kept: [FilterDefaults.Given]) -> Bool {
    let above = words(given.isVariable ? [] : kept.filter(\.isVariable))
    guard let completion = completion(of: above) else { return false }
    return !parses(completion + given.words + above) && isPossible(given.words)
  }
}

extension [FilterDefaults.Given] {
  /// As they stand on a command line: by name, as a span follows its prompt.
  fileprivate var words: [String] {
    sorted { $0.option.name < $1.option.name }.flatMap(\.words)
  }
}

extension [String] {
  /// Whether the option of that name is among the words.
  fileprivate func contains(option name: String) -> Bool {
    contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }
  }
}
