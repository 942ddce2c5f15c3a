import APCommand
import APCore
import ArgumentParser

@main
struct APXfade: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-xfade",
    abstract: "Join the windows of a stream with a crossfade.",
    discussion:
      "Reads a windowed stream on standard input and writes it, contiguous, to standard output.",
    version: Suite.version)

  @Option(
    help: ArgumentHelp(
      "The fade. (default: the one in the stream's header)", valueName: "curve"))
  var fade: Fade?

  @OptionGroup var common: CommonOptions

  var historyOptions: [String: JSONValue] {
    fade.map { ["fade": .string($0.rawValue)] } ?? [:]
  }

  func repeatability() -> Repeatability { .repeatable(input: .stream) }

  func run(in context: FilterContext) throws {
    try Crossfading(fade: fade).run(in: context)
  }
}
