internal import APCore
internal import Crypto
internal import SystemPackage

extension ModelStore.Location {
  /// What the stream's history says of the model: its name and, for each file, its name and SHA-256.
  /// A file's name alone would not tell a retrained model from the old one.
  ///
  /// - Throws: `io`.
  func identity() throws(FilterError) -> JSONValue {
    var files: [JSONValue] = []
    for path in paths {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      files.append(["file": .string(name), "sha256": .string(try Self.digest(path))])
    }
    return ["files": .array(files), "name": .string(name)]
  }

  private static func digest(_ path: String) throws(FilterError) -> String {
    do {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try descriptor.closeAfter {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
          let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
          if count == 0 { break }
          buffer.withUnsafeBytes { hash.update(bufferPointer: .init(rebasing: $0[..<count])) }
        }
        return hash.finalize().map { byte in
          (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
      }
    } catch {
      throw FilterError(.io, "\(path) cannot be read: \(error).", underlying: error)
    }
  }
}
