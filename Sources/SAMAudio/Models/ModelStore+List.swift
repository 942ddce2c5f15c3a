internal import APCore
internal import ModelFiles

/// A line of a list of models.
public struct ModelListing: Sendable, Equatable {
  /// What `--model` takes.
  public let name: String
  /// The folder where it was found; nil where it is not installed.
  public let path: String?
  /// What a known model costs to fetch, in 10⁶ bytes.
  public let megabytes: Int?
  /// The licence of a known model.
  public let licence: String?
  /// Why it cannot be used.
  public let problem: String?
}

extension ModelStore {
  /// The known models, then what else lies in the folders.
  public func list() -> [ModelListing] {
    let known = ModelCatalog.models
    let names = Set(known.map(\.name))
    let others = Set(folders.flatMap(modelNames)).subtracting(names).sorted()
    return known.map { listing($0.name, of: $0) } + others.map { listing($0, of: nil) }
  }

  private func listing(_ name: String, of known: CatalogModel?) -> ModelListing {
    var path: String?
    var problem: String?
    // What is found is also tried; what is not there at all is no problem.
    if folders.contains(where: { FileSystem.isFolder("\($0)/\(name)") }) {
      do {
        let location = try find(name)
        path = FileSystem.parent(location.config)
        _ = try location.open()
      } catch {
        problem = error.message
      }
    }
    return ModelListing(
      name: name, path: path, megabytes: known?.megabytes, licence: known?.licence,
      problem: problem)
  }

  /// Folders that have what a model's folder has.
  private func modelNames(in folder: String) -> [String] {
    FileSystem.names(in: folder).filter { name in
      !name.hasPrefix(".") && CheckpointFiles(folder: "\(folder)/\(name)") != nil
        && FileSystem.isFile("\(folder)/\(name)/config.json")
        && name != ModelCatalog.textEncoder.name
    }
  }
}
