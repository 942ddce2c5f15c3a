internal import APCore
internal import Digests

extension DemucsModels.Location {
  /// What the stream's history says of the model: its name and, for each file, its name and SHA-256.
  /// A file's name alone would not tell a retrained model from the old one.
  ///
  /// - Throws: `io`.
  func identity() throws(FilterError) -> JSONValue {
    var files: [JSONValue] = []
    for path in paths {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      files.append(["file": .string(name), "sha256": .string(try Digest.ofFile(path))])
    }
    return ["files": .array(files), "name": .string(name)]
  }
}
