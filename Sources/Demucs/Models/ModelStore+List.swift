import APCore
import ModelFiles

/// A line of a list of models.
public struct ModelListing: Sendable, Equatable {
  /// What `--model` takes.
  public let name: String
  /// The folder or file where it was found; nil where it is not installed.
  public let path: String?
  /// Its stems; empty where they are not known.
  public let sources: [String]
  /// Seconds that the network takes at a time.
  public let segment: Fraction?
  /// The licence of a known model.
  public let licence: String?
  /// Why it cannot be used.
  public let problem: String?
}

extension ModelStore {
  /// The known models, then what else lies in the folders.
  public func list() -> [ModelListing] {
    let known = ModelCatalog.models.map { model in
      let found = listing(model.name, licence: model.licence)
      guard found.path == nil, found.problem == nil else { return found }
      return ModelListing(
        name: model.name, path: nil, sources: model.sources, segment: model.segment,
        licence: model.licence, problem: nil)
    }
    return known + otherNames().map { listing($0, licence: nil) }
  }

  private func listing(_ name: String, licence: String?) -> ModelListing {
    var path: String?
    do {
      guard let found = try findName(name) else {
        return ModelListing(
          name: name, path: nil, sources: [], segment: nil, licence: licence, problem: nil)
      }
      path = found.paths.count == 1 ? found.paths[0] : FileSystem.parent(found.paths[0])
      let bag = try found.open()
      let segment = bag.members.map(\.config.segment).min { $0.value < $1.value }
      return ModelListing(
        name: name, path: path, sources: bag.sources, segment: segment, licence: licence,
        problem: nil)
    } catch {
      return ModelListing(
        name: name, path: path, sources: [], segment: nil, licence: licence,
        problem: error.description)
    }
  }

  /// Names of bags and checkpoints that are no known model or a part of one.
  private func otherNames() -> [String] {
    let known = ModelCatalog.models
    let taken = Set(known.map(\.name) + known.flatMap(\.files).map(\.signature))
    var names: Set<String> = []
    for file in folders.flatMap({ FileSystem.names(in: $0) }) {
      guard let suffix = Self.suffixes.first(where: file.hasSuffix) else { continue }
      let stem = file.dropLast(suffix.count)
      let signature = String(stem.split(separator: "-").first ?? stem)
      guard !stem.isEmpty, !taken.contains(String(stem)), !taken.contains(signature) else {
        continue
      }
      names.insert(String(stem))
    }
    return names.sorted()
  }
}
