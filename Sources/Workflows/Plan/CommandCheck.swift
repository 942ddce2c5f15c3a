internal import APCore
internal import Subprocess
internal import SystemPackage

/// Asks each filter whether it takes its options, before anything runs.
struct CommandCheck: Sendable {
  private let executables = Executables()

  /// Commands that are not there, and what filters say about their options.
  func problems(of plan: Plan) async -> [Problem] {
    var problems: [Problem] = []
    var questions: [Question] = []
    for job in plan.jobs {
      for (words, positions) in zip(job.stages, job.positions) {
        add(words[...], positions[...], isAsked: !job.isAlike, &questions, &problems)
      }
    }
    return problems + (await answers(to: questions))
  }

  struct Question: Hashable {
    let path: String
    let words: [String]
    let positions: [Position]
  }

  private func add(
    _ words: ArraySlice<String>, _ positions: ArraySlice<Position>, isAsked: Bool,
    _ questions: inout [Question], _ problems: inout [Problem]
  ) {
    // A word without a value has been reported, and leaves no options to judge.
    guard let name = words.first, let position = positions.first, words.count == positions.count
    else { return }
    guard let path = executables.find(name) else {
      let kind = name.hasPrefix("ap-") ? "filter" : "command"
      problems.append(
        Problem(position, "There is no \(kind) '\(name)' in PATH."))
      return
    }
    guard Suite.filters.contains(name) else { return }
    if isAsked {
      questions.append(Question(path: path, words: Array(words), positions: Array(positions)))
    }
    // A filter that runs another has that one's options too.
    if name == "ap-cache", let inner = words.dropFirst().firstIndex(where: Suite.filters.contains) {
      add(words[inner...], positions[inner...], isAsked: isAsked, &questions, &problems)
    }
  }

  private func answers(to questions: [Question]) async -> [Problem] {
    await withTaskGroup(of: Problem?.self) { group in
      var problems: [Problem] = []
      for (index, question) in Set(questions).enumerated() {
        if index >= 8, let problem = await group.next() { problems += problem.map { [$0] } ?? [] }
        group.addTask { await answer(to: question) }
      }
      for await problem in group { problems += problem.map { [$0] } ?? [] }
      return problems
    }
  }

  private func answer(to question: Question) async -> Problem? {
    do {
      let result = try await Subprocess.run(
        .path(FilePath(platformString: question.path.platformString)),
        arguments: Arguments(
          ([RunDescription.question] + question.words.dropFirst()).map { $0.platformBytes + [0] }),
        input: .none, output: .discarded, error: .string(limit: 1 << 16))
      guard !result.terminationStatus.isSuccess else { return nil }
      var words = result.standardError.split(separator: "\n").first.map { $0[...] } ?? ""
      if words.hasPrefix("\(question.words[0]): ") {
        words = words.dropFirst(question.words[0].count + 2)
      }
      // What is wrong with the options is the workflow's mistake; a model is missing to all.
      let isMissing = result.terminationStatus == .exited(ExitStatus.unavailable.rawValue)
      return Problem(
        question.place(of: words), "\(question.words[0]): \(words)",
        isMissing ? .unavailable : .configuration)
    } catch {
      return Problem(question.positions[0], "\(question.words[0]) cannot be run: \(error).")
    }
  }
}

extension CommandCheck.Question {
  /// The word that a complaint quotes, or the command.
  func place(of complaint: Substring) -> Position {
    let quoted = complaint.matches(of: /'([^']+)'/).map { String($0.1) }
    for word in quoted {
      if let index = words.firstIndex(where: { $0 == word || $0.hasPrefix("\(word)=") }), index > 0
      {
        return positions[index]
      }
    }
    // Sentences of a filter's own name an option without quotes.
    for option in complaint.matches(of: /--[a-z][a-z0-9-]*/).map({ String($0.0) }) {
      if let index = words.firstIndex(where: { $0 == option || $0.hasPrefix("\(option)=") }) {
        return positions[index]
      }
    }
    return positions[0]
  }
}
