internal import APCommand
internal import APCore
package import ArgumentParser
package import Separation

/// The options for a network's model, and the track that it separates.
package struct ModelOptions<Models: ModelStore>: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("Use this model: \(Models.choice)", valueName: "model"),
    completion: .custom { _, _, _ in Models.standard.installedNames })
  package var model: String?

  @Flag(help: "List the known and the installed models, and exit.")
  package var listModels = false

  @Flag(help: "With --list-models: write a line of JSON per model.")
  package var json = false

  @Option(
    help: ArgumentHelp(
      "Separate this track, and pass the others on; the only one, or mix, if not given.",
      valueName: "name"), completion: .trackNames, transform: Track.name(typed:))
  package var track: String?

  package init() {}

  package func validate() throws {
    if json, !listModels { throw ValidationError("--json needs --list-models.") }
  }
}
