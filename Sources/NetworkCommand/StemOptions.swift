internal import APCore
package import ArgumentParser

/// The options for the stems that a network makes of music.
package struct StemOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write only these stems, separated by commas.", valueName: "names"),
    completion: .list(Self.usual),
    transform: Track.names(typed:))
  package var stems: [String] = []

  @Option(
    help: ArgumentHelp("Write two tracks: this stem, and everything else.", valueName: "stem"),
    completion: .list(Self.usual), transform: Track.name(typed:))
  package var twoStems: String?

  /// Those of the released models, to complete.
  private static let usual = [
    "bass", "drums", "guitar", "instrumental", "other", "piano", "vocals",
  ]

  package init() {}

  package func validate() throws {
    try check(stems)
    if !stems.isEmpty, twoStems != nil {
      throw ValidationError("Give only one of --stems and --two-stems.")
    }
  }

  /// - Parameter names: of the stems, as the filter compares them.
  package func check(_ names: [String]) throws {
    if names.contains("") || Set(names).count != names.count {
      throw ValidationError("--stems takes different names, separated by commas.")
    }
  }
}
