package import APCore

/// A model that is known by its name.
package protocol KnownModel: Sendable {
  /// What `--model` takes.
  var name: String { get }
  /// Of the weights.
  var licence: String { get }
  /// What a list says of it, one for each of its store's columns.
  var details: [ModelDetail] { get }
}

/// The models of one network. How its files are found is the network's own matter; what is said of them, and of
/// those that are missing, is the same for all.
package protocol ModelStore: Sendable {
  associatedtype Known: KnownModel

  /// The models that are known by name, the preferred one first; scripts/fetch-models has the same ones.
  static var known: [Known] { get }
  /// Headings of what a list says of a model besides its name, its licence and its place.
  static var columns: [String] { get }
  /// What `--model` takes, as the end of its help.
  static var choice: String { get }
  /// How a model that is not known is given, as the end of a sentence.
  static var otherModels: String { get }
  /// The folder beside the executable with the models that come with the build; nil where there are none.
  static var resources: String? { get }

  /// The family of its models; nil where those are folders, which no other network's are.
  static var family: ModelFamily? { get }

  /// Where models are looked for.
  var shelf: ModelShelf { get }
  init(shelf: ModelShelf)

  /// What is installed under a name, opened to see whether it can be used; nil where nothing is.
  ///
  /// - Throws: why it cannot be used.
  func inspect(_ name: String) throws(FilterError) -> InstalledModel?
  /// The names of what lies on the shelf and is not part of a known model.
  func otherNames() -> Set<String>
  /// How to get a known model, as a whole sentence.
  func advice(for known: Known) -> String
  /// Folders in which other programs keep models of this network.
  var caches: [String] { get }
  /// Where something of a name lies, be it usable or not; nil where nothing does.
  func place(of name: String) -> String?
  /// Models of other kinds that this network's can use; a list has them after its own.
  var companions: [ModelListing] { get }
}

extension ModelStore {
  package static var family: ModelFamily? { nil }
  package var companions: [ModelListing] { [] }
  package var caches: [String] { [shelf.hubCache].compactMap(\.self) }
  package func place(of name: String) -> String? { nil }
}

/// A model that was found.
package struct InstalledModel {
  /// Its folder or file.
  package let path: String
  /// What a list says of it; nil where that is what is known by its name.
  package let details: [ModelDetail]?

  package init(path: String, details: [ModelDetail]? = nil) {
    self.path = path
    self.details = details
  }
}

extension ModelStore {
  /// That of this process.
  package static var standard: Self { Self(shelf: .standard(resources: resources)) }

  /// As `standard`, for any environment.
  ///
  /// - Parameters:
  ///   - variable: an environment variable's value; nil where it is unset or empty.
  ///   - executable: the program's path.
  package init(variable: (String) -> String?, executable: String?) {
    self.init(
      shelf: ModelShelf(variable: variable, executable: executable, resources: Self.resources))
  }

  /// The model that runs where nobody asks for another.
  package static var preferred: Known { known[0] }

  /// The known model of a name.
  package static func known(_ name: String) -> Known? { known.first { $0.name == name } }

  /// The command that gets a model.
  package func fetching(_ name: String) -> String { "\(shelf.fetchCommand) \(name)" }

  /// Says that nothing was found under a name.
  ///
  /// - Parameter detail: what of a known model is there all the same, as a part of the sentence.
  package func missing(_ name: String, detail: String = "") -> FilterError {
    let folders = lookedIn
    let places =
      folders.isEmpty
      ? "There is no folder to look in: neither AP_MODELS nor HOME is set."
      : "Looked in \(folders.joined(separator: ", "))."
    guard let known = Self.known(name) else {
      if let family = ModelFamily(name: name, in: shelf.folders), family != Self.family {
        return family.refusal(of: name, .unavailable)
      }
      let names = Self.known.map(\.name).joined(separator: ", ")
      return FilterError(
        .unavailable, "There is no model \"\(name)\". \(places)",
        advice: ModelFamily.refusalOfUnsupported(name)
          + "Known models are \(names); \(Self.otherModels).")
    }
    return FilterError(
      .unavailable, "The model \(name) is not installed\(detail). \(places)",
      advice: advice(for: known))
  }
}
