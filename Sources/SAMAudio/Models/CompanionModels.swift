package import APCore
package import Separation

/// The models of a shelf that help SAM-Audio: PE-A-Frame says when a sound is heard, and the Judge and CLAP which of several
/// candidates is the best.
package struct CompanionModels: ModelStore {
  /// A model that is known by its name.
  package struct Known: KnownModel {
    /// What it is for.
    package enum Use: String, Sendable {
      case spans
      case judge
      case clap

      /// What a model's folder needs.
      var files: String {
        switch self {
        case .spans: "config.json, tokenizer.json and model.safetensors"
        case .judge: "config.json, tokenizer.json and checkpoint.pt or model.safetensors"
        case .clap: "630k-best.pt, and config.json and tokenizer.json in a folder roberta-base"
        }
      }
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

    package var details: [ModelDetail] { [.text(use.rawValue), .megabytes(megabytes)] }

    /// What the address is of, among those of Hugging Face.
    var repository: String { address.split(separator: "/").suffix(2).joined(separator: "/") }
  }

  /// A model's files, be they there or not.
  struct Place {
    let name: String
    let folder: String
    /// All that results follow from.
    let files: [String]

    /// Those that are not there, as they are called in the folder.
    fileprivate var absent: [String] {
      files.filter { !FileSystem.isFile($0) }.map { file in
        file.hasPrefix("\(folder)/") ? String(file.dropFirst(folder.count + 1)) : file
      }
    }
  }

  package static let known = [
    frame("small", megabytes: 2054), frame("base", megabytes: 2538),
    frame("large", megabytes: 6121),
    Known(
      name: "sam-audio-judge", use: .judge,
      address: "https://huggingface.co/facebook/sam-audio-judge", licence: "SAM License",
      isGated: true, megabytes: 6135),
    Known(
      name: "laion_clap", use: .clap, address: "https://huggingface.co/lukewys/laion_clap",
      licence: "CC0-1.0", isGated: false, megabytes: 1860),
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
  func find(_ name: String?, for use: Known.Use) throws(FilterError) -> Place {
    let known = Self.known.filter { $0.use == use }
    let name = name ?? known[0].name
    if let model = known.first(where: { [name, "pe-a-frame-\(name)"].contains($0.name) }) {
      guard let place = installed(model) else { throw missing(model.name) }
      return try complete(place, advice: advice(for: model))
    }
    guard FileSystem.isFolder(name) else {
      guard name.contains("/") else { throw missing(name) }
      throw FilterError(
        .noInput, "There is no model \(name).",
        advice: "Give the folder with the model's \(use.files).")
    }
    return try complete(
      place(FileSystem.name(name), in: name, for: use),
      advice: "A model's folder needs \(use.files).")
  }

  /// The first folder with all of a known model, or with some of it; nil where there is none.
  private func installed(_ model: Known) -> Place? {
    let folders =
      shelf.folders.map { "\($0)/\(model.name)" } + shelf.snapshots(of: model.repository)
    let places = folders.filter(FileSystem.isFolder).map {
      place(model.name, in: $0, for: model.use)
    }
    return places.first { $0.absent.isEmpty } ?? places.first
  }

  /// - Throws: `unavailable` where something of the model is missing.
  private func complete(_ place: Place, advice: String) throws(FilterError) -> Place {
    let absent = place.absent
    guard absent.isEmpty else {
      throw FilterError(
        .unavailable,
        "The model in \(place.folder) is not complete: there is no \(absent.joined(separator: ", ")).",
        advice: advice)
    }
    return place
  }

  private func place(_ name: String, in folder: String, for use: Known.Use) -> Place {
    let files: [String]
    switch use {
    case .clap:
      let texts =
        ([folder, FileSystem.parent(folder)] + shelf.folders).map {
          "\($0)/\(CLAPFiles.textFolder)"
        } + shelf.snapshots(of: "FacebookAI/\(CLAPFiles.textFolder)")
      let all = texts.map { CLAPFiles.paths(in: folder, text: $0) }
      files = all.first { $0.allSatisfy(FileSystem.isFile) } ?? all[0]
    case .judge:
      files =
        ["config.json", "tokenizer.json"].map { "\(folder)/\($0)" }
        + [JudgeFiles.weights(in: folder)]
    case .spans:
      files = ["config.json", "tokenizer.json", "model.safetensors"].map { "\(folder)/\($0)" }
    }
    return Place(name: name, folder: folder, files: files)
  }
}

// MARK: - The list

extension CompanionModels {
  package func inspect(_ name: String) throws(FilterError) -> InstalledModel? {
    guard let model = Self.known(name), let found = installed(model) else { return nil }
    let place = try complete(found, advice: advice(for: model))
    switch model.use {
    case .spans: _ = try FrameModelFiles(name: name, folder: place.folder)
    case .judge: _ = try JudgeFiles(name: name, folder: place.folder)
    case .clap: _ = try CLAPFiles(name: name, paths: place.files)
    }
    return InstalledModel(path: place.folder)
  }

  package func place(of name: String) -> String? {
    Self.known(name).flatMap(installed)?.folder
  }

  /// Of these only the known ones are told from SAM-Audio's own.
  package func otherNames() -> Set<String> { [] }

  package func advice(for known: Known) -> String {
    known.isGated
      ? "Ask for access at \(known.address), then get it with: HF_TOKEN=<your token> \(fetching(known.name))"
      : "Get it with: \(fetching(known.name))"
  }
}
