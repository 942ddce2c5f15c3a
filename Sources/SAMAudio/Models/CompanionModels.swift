package import APCore
package import Separation

/// The models of a shelf that help SAM-Audio: PE-A-Frame says when a sound is heard, and the Judge which of several
/// candidates is the best.
package struct CompanionModels: ModelStore {
  /// A model that is known by its name.
  package struct Known: KnownModel {
    /// What it is for.
    package enum Use: String, Sendable {
      case spans
      case judge
    }

    package let name: String
    package let use: Use
    /// Where it is published.
    package let address: String
    package let licence: String
    /// Whether its owner gives access to those only who ask.
    package let isGated: Bool
    /// What it costs to fetch, in 10⁶ bytes.
    package let megabytes: Int

    package var details: [String] { [use.rawValue, "\(megabytes) MB"] }
  }

  package static let known = [
    frame("small", megabytes: 2054), frame("base", megabytes: 2538),
    frame("large", megabytes: 6121),
    Known(
      name: "sam-audio-judge", use: .judge,
      address: "https://huggingface.co/facebook/sam-audio-judge", licence: "SAM License",
      isGated: true, megabytes: 6135),
  ]

  package static let columns = SAMModels.columns
  package static let choice = "a name or a folder"
  package static let otherModels = "others are given by their folder's path"
  package static let resources: String? = nil

  package let shelf: ModelShelf

  package init(shelf: ModelShelf) {
    self.shelf = shelf
  }

  private static func frame(_ size: String, megabytes: Int) -> Known {
    Known(
      name: "pe-a-frame-\(size)", use: .spans,
      address: "https://huggingface.co/facebook/pe-a-frame-\(size)", licence: "Apache-2.0",
      isGated: false, megabytes: megabytes)
  }

  /// The folder of a model.
  ///
  /// - Parameters:
  ///   - name: a known name, for spans also without what all of them begin with; or a folder's path. Nil: the first
  ///     known one.
  ///   - use: what it is to be for.
  /// - Throws: `FilterError.Code.unavailable`, which says where was looked and how to get it; `.noInput` for a path
  ///   where no such model lies.
  func find(_ name: String?, for use: Known.Use) throws(FilterError) -> (
    name: String, folder: String
  ) {
    let known = Self.known.filter { $0.use == use }
    let name = name ?? known[0].name
    if let model = known.first(where: { [name, "pe-a-frame-\(name)"].contains($0.name) }) {
      guard let folder = places(of: model).first(where: { Self.isComplete($0) }) else {
        throw missing(model.name)
      }
      return (model.name, folder)
    }
    guard FileSystem.isFolder(name) else {
      guard name.contains("/") else { throw missing(name) }
      throw FilterError(
        .noInput, "There is no model \(name).",
        advice: "Give the folder with the model's config.json, tokenizer.json and weights.")
    }
    guard Self.isComplete(name) else {
      throw FilterError(
        .unavailable,
        "The model in \(name) is not complete: it needs config.json, tokenizer.json and weights.")
    }
    let last = name.split(separator: "/").last.map(String.init) ?? name
    return (last, name)
  }

  private func places(of model: Known) -> [String] {
    shelf.folders.map { "\($0)/\(model.name)" } + shelf.snapshots(of: "facebook/\(model.name)")
  }

  private static func isComplete(_ folder: String) -> Bool {
    paths(in: folder).allSatisfy(FileSystem.isFile)
  }

  /// All files of a model that results follow from.
  static func paths(in folder: String) -> [String] {
    ["\(folder)/config.json", "\(folder)/tokenizer.json"]
      + [JudgeFiles.weights(in: folder) ?? "\(folder)/model.safetensors"]
  }
}

// MARK: - The list

extension CompanionModels {
  package func inspect(_ name: String) throws(FilterError) -> InstalledModel? {
    guard let model = Self.known(name),
      let folder = places(of: model).first(where: { Self.isComplete($0) })
    else { return nil }
    switch model.use {
    case .spans: _ = try FrameModelFiles(name: name, folder: folder)
    case .judge: _ = try JudgeFiles(name: name, folder: folder)
    }
    return InstalledModel(path: folder)
  }

  /// Of these only the known ones are told from SAM-Audio's own.
  package func otherNames() -> Set<String> { [] }

  package func advice(for known: Known) -> String {
    known.isGated
      ? "Ask for access at \(known.address), then get it with: HF_TOKEN=<your token> \(fetching(known.name))"
      : "Get it with: \(fetching(known.name))"
  }
}
