import APCommand
import APCore
import ArgumentParser
import Workflows

@main
struct APRun: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-run",
    abstract: "Run a workflow of pipes.",
    discussion: "Checks the whole workflow before anything runs, and skips what is up to date.",
    version: Suite.version)

  @Argument(
    help: "The workflow, a YAML file, or - for standard input; see ap-workflow(5).",
    completion: .file())
  var workflow: String?

  @Option(
    help: ArgumentHelp(
      "Set a variable of the workflow to this value; can be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Flag(
    name: [.customShort("n"), .long], help: "Print the pipes as a shell script, and run nothing.")
  var dryRun = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Run this many pipes at once. (default: 1)", valueName: "n"),
    transform: (1...1024).argument)
  var jobs = 1

  @Flag(
    name: .shortAndLong,
    help: "After a failure, go on with the steps that do not need the failed one.")
  var keepGoing = false

  @Flag(help: "Show the options that the settings give, and where they come from, and exit.")
  var showConfig = false

  @OptionGroup var common: CommonOptions

  static let writesStream = false

  var readsStream: Bool { false }

  /// There is no stream that could tell of it.
  var historyOptions: [String: JSONValue] { [:] }

  /// `--set`'s names and values.
  private var settings: [String: String] {
    get throws {
      var settings: [String: String] = [:]
      for setting in set {
        guard let sign = setting.firstIndex(of: "="), sign > setting.startIndex else {
          throw ValidationError("--set takes name=value, not '\(setting)'.")
        }
        let value = String(setting[setting.index(after: sign)...])
        guard settings.updateValue(value, forKey: String(setting[..<sign])) == nil else {
          throw ValidationError("--set gives '\(setting[..<sign])' twice.")
        }
      }
      return settings
    }
  }

  func validate() throws {
    if workflow == nil, !showConfig { throw ValidationError("Give a workflow to run.") }
    _ = try settings
  }

  func run(in context: FilterContext) throws {
    if showConfig {
      let options = try FilterOption.all()
      try context.write(text: context.settings.table(options))
      return try SettingsCheck.run(options, in: context)
    }
    guard let workflow else { return }
    try Running(
      file: workflow, settings: settings, isDry: dryRun, jobs: jobs, keepsGoing: keepGoing
    ).run(in: context)
  }
}
