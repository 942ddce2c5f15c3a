import APCommand
import APCore
import ArgumentParser
internal import Mixing

@main
struct APMix: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-mix", abstract: "Make tracks of other tracks, or one stream of several.",
    discussion: """
      Reads a stream on standard input and writes sums of its tracks:
      ap-mix karaoke=drums+bass+other quiet=0.5*vocals.
      With --average or another such option it reads several streams of the same song:
      ap-mix --average <(...) <(...).
      """,
    version: Suite.version)

  @Argument(
    help: ArgumentHelp(
      "Tracks to make; or else streams to combine: files, or - for standard input.",
      valueName: "name=sum|stream"), completion: .file())
  var words: [String] = []

  @Flag(help: "Combine streams by this.")
  var statistic: Statistic?

  @Option(
    help: ArgumentHelp(
      "Combine samples, or values of the spectrum. (default: samples)",
      valueName: "samples|spectrum"))
  var by: CombinationRequest.Domain?

  @Flag(help: "Write the stream's own tracks, too, before those that are made.")
  var keep = false

  @OptionGroup var common: CommonOptions

  var readsStream: Bool { statistic == nil || words.contains("-") }

  static let examples = [["sum=a+b"], ["--average", "a", "b"]]

  var historyOptions: [String: JSONValue] {
    guard let statistic else {
      return ["keep": .bool(keep), "tracks": JSONValue(words)]
    }
    return [
      "by": .string((by ?? .samples).rawValue), "combine": .string(statistic.rawValue),
    ]
  }

  func validate() throws {
    if statistic == nil {
      guard !words.isEmpty else {
        throw ValidationError(
          "Say what to make: NAME=SUM of tracks, or --average and two or more streams.")
      }
      guard by == nil else {
        throw ValidationError("--by needs --average, --median, --minimum or --maximum.")
      }
      do {
        _ = try sums()
      } catch {
        throw ValidationError(error.description)
      }
    } else {
      guard words.count > 1, words.count(where: { $0 == "-" }) < 2 else {
        throw ValidationError("Name two or more streams to combine; one of them may be -.")
      }
      guard !keep else { throw ValidationError("--keep is for sums of tracks.") }
    }
  }

  func repeatability() -> Repeatability {
    combination?.repeatability ?? .repeatable(input: .stream)
  }

  func run(in context: FilterContext) throws {
    if let combination { return try combination.run(in: context) }
    try SumRequest(sums(), keepsTracks: keep).run(in: context)
  }

  private var combination: CombinationRequest? {
    statistic.map { CombinationRequest($0, domain: by ?? .samples, paths: words) }
  }

  private func sums() throws(FilterError) -> [TrackSum] {
    var sums: [TrackSum] = []
    for word in words { sums.append(try TrackSum(word)) }
    return sums
  }
}

extension CombinationRequest.Domain: ExpressibleByArgument {}

extension Statistic: EnumerableFlag {
  static func help(for value: Self) -> ArgumentHelp? {
    switch value {
    case .average: "Combine streams: their mean."
    case .median: "Combine streams: the value in the middle."
    case .minimum: "Combine streams: the value nearest to zero."
    case .maximum: "Combine streams: the value farthest from zero."
    }
  }
}
