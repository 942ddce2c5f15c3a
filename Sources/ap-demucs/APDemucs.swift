import APCommand
import APCore
internal import ArgumentParser
internal import Demucs
import NetworkCommand
internal import Separation

@main
struct APDemucs: NetworkFilter {
  static let configuration = CommandConfiguration(
    commandName: "ap-demucs", abstract: "Separate music into stems with Demucs v4.",
    discussion: Seconds.help,
    version: Suite.version)

  @OptionGroup var source: ModelOptions<DemucsModels>

  @OptionGroup var music: StemOptions

  @Option(
    help: ArgumentHelp(
      """
      How to make everything else: the sum of the other stems, or the mix minus the stem. \
      (default: sum)
      """,
      valueName: "sum|minus"))
  var other: OtherStem?

  @Flag(help: "Also write the mix minus all stems.")
  var residual = false

  @Flag(help: "Add a part of that residual to each stem, so that all stems sum to the mix.")
  var sumToMix = false

  @Option(
    help: ArgumentHelp(
      """
      Average this many passes, each shifted at random: slower, and a little better. (default: 0)
      """,
      valueName: "n"), transform: (0...1000).argument)
  var shifts = 0

  @Option(
    help: ArgumentHelp(
      "Choose the random shifts, as Python's random.seed(n) does. (default: 0)", valueName: "n"),
    transform: (0...UInt64.max).argument)
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "Overlap segments by this fraction of their length. (default: 0.25)", valueName: "part"),
    transform: (0...0.99).argument)
  var overlap = 0.25

  @Option(
    help: ArgumentHelp(
      """
      Cut the track into segments of this length. (default: as in training, which is also the \
      maximum)
      """, valueName: "time"), transform: Seconds.argument)
  var segment: Seconds?

  @Option(
    help: ArgumentHelp(
      "Normalize by the loudness of the whole track, or of each segment alone, for live input.",
      valueName: "track|window"))
  var normalize = Normalize.track

  @OptionGroup var numerics: NumericsOptions

  @OptionGroup var common: CommonOptions

  enum Normalize: String, CaseIterable, ExpressibleByArgument {
    case track, window
  }

  func validate() throws {
    if other != nil, music.twoStems == nil {
      throw ValidationError("--other needs --two-stems.")
    }
    if residual, sumToMix {
      throw ValidationError("With --sum-to-mix, nothing is left for --residual.")
    }
    if seed != nil, shifts == 0 { throw ValidationError("--seed needs --shifts.") }
    // Each is filled up to the length that the network was trained with, and costs as much.
    if let segment, segment.value < 1 {
      throw ValidationError(
        "--segment must be at least 1 second: each segment costs as much as a whole one.")
    }
  }

  func fill(_ request: inout DemucsRequest) {
    request.stems = music.stems
    request.twoStems = music.twoStems
    request.other = other ?? .sum
    request.givesResidual = residual
    request.sumsToMix = sumToMix
    request.settings = PassSettings(
      overlap: overlap, segmentSeconds: segment?.value, shifts: shifts, seed: seed ?? 0)
    request.normalizesSegments = normalize == .window
  }
}

extension OtherStem: ExpressibleByArgument {}
