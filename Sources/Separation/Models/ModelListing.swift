package import APCore

/// A line of a list of models.
package struct ModelListing: Sendable, Equatable {
  /// What `--model` takes.
  package let name: String
  /// One for each of the store's columns.
  package var details: [ModelDetail]
  /// The licence of a known model.
  package let licence: String?
  /// The folder or file where it was found; nil where it is not installed.
  package var path: String?
  /// Why it cannot be used.
  package var problem: String?
  /// The same in few words, with the place.
  package var fault: String?
}

/// What a list says of a model in a column.
package enum ModelDetail: Sendable, Equatable {
  case unknown
  case text(String)
  /// All stems, and those of them that are written where nobody asks for others.
  case stems([String], written: [String])
  case seconds(Double)
  case megabytes(Int)

  /// For people: of stems, those that are not all are marked.
  var cell: String {
    switch self {
    case .unknown: "?"
    case .text(let text): text
    case .stems(let all, let written):
      all.map { written != all && written.contains($0) ? "\($0)*" : $0 }.joined(separator: ",")
    case .seconds(let seconds): "\(seconds) s"
    case .megabytes(let count): "\(count) MB"
    }
  }

  /// For programs: the column's value, and of stems also which are written.
  func fields(_ column: String) -> [String: JSONValue] {
    switch self {
    case .unknown: [column: .null]
    case .text(let text): [column: .string(text)]
    case .stems(let all, let written): [column: JSONValue(all), "default": JSONValue(written)]
    case .seconds(let seconds): [column: JSONValue(seconds)]
    case .megabytes(let count): [column: JSONValue(count)]
    }
  }
}

extension ModelStore {
  /// The known models, then what else lies in the folders.
  package func list() -> [ModelListing] {
    let others = otherNames().subtracting(Self.known.map(\.name)).sorted()
    return Self.known.map { listing($0.name, of: $0) } + others.map { listing($0, of: nil) }
  }

  /// What `--model` can be completed to.
  package var installedNames: [String] { list().filter { $0.path != nil }.map(\.name) }

  /// What a list shows.
  private var all: [ModelListing] { list() + companions }

  /// What `--list-models` shows: one line per model.
  package func table() -> TextTable {
    let rows = all.map { model in
      [model.name] + model.details.map(\.cell)
        + [model.licence ?? "?", model.fault ?? model.path ?? "not installed"]
    }
    return TextTable([["MODEL"] + Self.columns + ["LICENCE", "WHERE"]] + rows)
  }

  /// The same for programs: a line of JSON per model.
  package func jsonLines() -> String {
    all.map { model in
      var object: [String: JSONValue] = [
        "licence": model.licence.map { .string($0) } ?? .null, "name": .string(model.name),
        "path": model.path.map { .string($0) } ?? .null,
        "problem": model.problem.map { .string($0) } ?? .null,
      ]
      for (column, detail) in zip(Self.columns, model.details) {
        object.merge(detail.fields(column.lowercased())) { _, new in new }
      }
      return String(decoding: JSONValue.object(object).serialized(), as: UTF8.self) + "\n"
    }.joined()
  }

  private func listing(_ name: String, of known: Known?) -> ModelListing {
    var listing = ModelListing(
      name: name, details: known?.details ?? Self.columns.map { _ in .unknown },
      licence: known?.licence)
    do {
      guard let found = try inspect(name) else { return listing }
      listing.path = found.path
      if let details = found.details { listing.details = details }
    } catch {
      listing.problem = error.message
      let fault = error.code == .unavailable ? "incomplete" : "unusable"
      listing.fault = place(of: name).map { "\(fault): \($0)" } ?? fault
    }
    return listing
  }
}
