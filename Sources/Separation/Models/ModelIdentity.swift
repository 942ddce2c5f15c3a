package import APCore
internal import Digests

/// What the stream's history says of a model.
package enum ModelIdentity {
  /// Its name and, for each file, its name and SHA-256: a file's name alone would not tell a retrained model from the
  /// old one.
  ///
  /// - Parameter files: their paths.
  /// - Throws: `io`.
  package static func json(name: String, files: [String]) throws(FilterError) -> JSONValue {
    var list: [JSONValue] = []
    for path in files {
      list.append([
        "file": .string(FileSystem.name(path)), "sha256": .string(try Digest.ofFile(path)),
      ])
    }
    return ["files": .array(list), "name": .string(name)]
  }
}
