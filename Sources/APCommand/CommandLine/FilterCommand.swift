package import APCore
package import ArgumentParser
import SystemPackage

/// A filter's command: its options, and `run(in:)` for its work.
///
/// `main()` turns every failure into one line on standard error and an exit status of sysexits.h.
package protocol FilterCommand: ParsableCommand {
  /// The options that every filter takes.
  var common: CommonOptions { get }

  /// The options that shape the output, for the stream's `history`; defaults included.
  var historyOptions: [String: JSONValue] { get }

  /// Whether commands of this kind write a stream to standard output.
  static var writesStream: Bool { get }

  /// Whether this one writes a stream, and not words that were asked for instead.
  var writesStream: Bool { get }

  /// Whether this one waits for a stream on standard input.
  var readsStream: Bool { get }

  /// Whether an earlier run's output can stand in for this one's.
  ///
  /// - Throws: what `run(in:)` would throw, such as that a model is missing.
  func repeatability() throws -> Repeatability

  /// Command lines that are enough for the command, for what can be said besides: one for each kind of work that takes
  /// options of its own. None where it needs no words.
  static var examples: [[String]] { get }

  /// Whether words say what an option of the user's environment or file says, though they do not name it.
  static func isAnswered(_ option: FilterOption, by words: [String]) -> Bool

  /// The command as a shell completes it.
  static var completed: any ParsableCommand.Type { get }

  /// Does the work.
  func run(in context: FilterContext) throws
}

extension FilterCommand {
  /// Runs the command with the process's own arguments, and ends the process.
  package static func main() {
    Syscalls.occupyStandardDescriptors()
    Syscalls.letWritesFail()
    let name = configuration.commandName ?? _commandName
    var arguments = ThisProcess.arguments
    let isQuestion = arguments.first == RunDescription.question
    if isQuestion { arguments.removeFirst() }
    if arguments.count == 2, arguments[0] == "--generate-completion-script",
      let shell = CompletionShell(rawValue: arguments[1])
    {
      say(Completion.script(completed, shell))
      exit()
    }
    let defaults = Result { () throws(FilterError) in
      try FilterDefaults(
        of: Self.self, tool: name,
        isLast: arguments != [FilterOption.question]
          && !(writesStream && FileDescriptor.standardOutput.isPipe),
        variables: ThisProcess.variables)
    }
    if arguments == [FilterOption.question] { check(defaults, tool: name) }
    let given = (try? defaults.get()) ?? FilterDefaults()
    let fitted = given.fitted(before: arguments, of: Self.self)
    let command: Self
    do {
      var parsed = try parseAsRoot(fitted.words)
      guard let own = parsed as? Self else {
        // --help is a command of the parser's own.
        try parsed.run()
        exit()
      }
      command = own
    } catch {
      end(
        parsing: error, of: arguments, culprit: fitted.culprit, tool: name, isQuestion: isQuestion)
    }
    let settings = Result { try Settings.resolve(command.common) }
    let context = FilterContext(
      tool: name, options: command.historyOptions, settings: (try? settings.get()) ?? Settings(),
      writesStream: command.writesStream && !isQuestion)
    do {
      _ = try command.told(defaults)
      if isQuestion {
        _ = try command.told(settings)
        let description = RunDescription(
          tool: name, version: Suite.version, options: command.historyOptions,
          repeatability: try command.repeatability(), report: command.common.report)
        try context.write(text: String(decoding: description.json.serialized(), as: UTF8.self))
        context.end()
      }
      for warning in given.warnings { context.log.warning(warning) }
      for option in fitted.leftOut {
        context.log.debug(
          "\(option.origin): \(option.name) is left out: it does not go with what overrides it.")
      }
      nonisolated(unsafe) let ending = context
      AvailableMemory.whenExhausted { ending.end(with: $0) }
      try Syscalls.onTermination { signal in
        if SignalRelay.shared.send(signal) { return true }
        Console.close()
        Termination.run()
        return false
      }
      if let report = command.common.report { try context.report.open(report) }
      // Libraries, and commands that this one starts, look there too.
      try Syscalls.setEnvironment("TMPDIR", command.told(settings).temporaryFolder)
      try command.run(in: context)
    } catch let error as ValidationError {
      context.end(with: FilterError(.usage, error.message))
    } catch {
      context.end(with: error)
    }
    context.end()
  }

  /// As most do.
  package static var writesStream: Bool { true }

  /// As its kind does.
  package var writesStream: Bool { Self.writesStream }

  /// None.
  package static var examples: [[String]] { [] }

  /// Most are said by name only.
  package static func isAnswered(_ option: FilterOption, by words: [String]) -> Bool { false }

  /// The command itself.
  package static var completed: any ParsableCommand.Type { Self.self }

  /// As most do.
  package var readsStream: Bool { true }

  /// Not without the filter's own word.
  package func repeatability() -> Repeatability {
    .effective("Its output may depend on more than its options and its input.")
  }

  /// `main()` calls `run(in:)`.
  package func run() throws {
    preconditionFailure("a filter runs in a context")
  }

  /// What the settings come to. A mistake in those of all commands is told by the first filter of a pipe: the others
  /// find that in their input.
  ///
  /// - Throws: the mistake, or that a filter before this one failed.
  private func told<Value>(_ result: Result<Value, some Error>) throws -> Value {
    do {
      return try result.get()
    } catch {
      let isOfAll = (try? Settings.resolve(.parse([]))) == nil
      if isOfAll, readsStream, FileDescriptor.standardInput.isPipe {
        do {
          _ = try StreamReader(.standardInput).readHeader()
        } catch let earlier {
          if earlier.abort != nil { throw earlier }
        }
      }
      throw error
    }
  }

  /// Says what is wrong with the options of the environment and the file, and ends the process.
  private static func check(_ defaults: Result<FilterDefaults, FilterError>, tool: String) -> Never
  {
    let level = (try? Settings.resolve(.parse([])))?.logLevel ?? .info
    let log = Log(tool: tool, level: level)
    do {
      let given = try defaults.get()
      for warning in given.warnings { log.warning(warning) }
      guard let mistake = given.mistake(of: Self.self) else { exit() }
      do {
        _ = try parseAsRoot(mistake.words)
      } catch {
        end(parsing: error, of: [], culprit: mistake.culprit, tool: tool, isQuestion: true)
      }
      exit()
    } catch {
      log.error(error.description)
      exit(withError: ExitCode(error.code.status.rawValue))
    }
  }

  private static func say(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      try? Syscalls.writeAll(.standardOutput, UnsafeRawBufferPointer(bytes))
    }
  }

  private static func end(
    parsing error: any Error, of arguments: [String], culprit: FilterOption?, tool: String,
    isQuestion: Bool
  ) -> Never {
    var status = exitCode(for: error)
    if status.isSuccess {
      // What was asked for: help, the version or a completion script.
      say(fullMessage(for: error) + "\n")
    } else {
      let message = CommandLineMistake.explained(
        message(for: error), of: arguments, tool: tool, command: Self.self)
      var sentence = "\(message) See '\(tool) --help'."
      if let culprit {
        sentence = "\(culprit.origin): \(sentence)"
        status = ExitCode(ExitStatus.configuration.rawValue)
      }
      Log(tool: tool).error(sentence)
      if writesStream, !isQuestion {
        FilterContext.tell(
          AbortRecord(tool: tool, exit: Int(status.rawValue), message: sentence),
          by: StreamWriter(.standardOutput))
      }
    }
    exit(withError: status)
  }
}
