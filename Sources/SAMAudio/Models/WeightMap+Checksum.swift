import Checkpoints
internal import Digests
import Tensors

extension WeightMap {
  /// An XXH3 of all tensors, and its name: of their names, types, shapes and elements. It reads each of them; what is not
  /// among them, as another network's part of the file, is not read.
  ///
  /// - Parameter known: of the same model's tensors, which are not read again.
  /// - Throws: `FilterError`.
  func checksum(workers: Workers, known: TensorChecksums = TensorChecksums()) throws -> String {
    let weights = weights()
    let names = names
    let checksums = try workers.map(names.count) { index in
      let name = names[index]
      return try known.text(name) {
        let tensor = try weights.tensor(name, shape: shape(name) ?? [])
        defer { tensor.releasePages() }
        var checksum = Checksum()
        checksum.add(name)
        checksum.add(tensor.type.rawValue)
        checksum.add("\(tensor.shape)")
        checksum.add(tensor.bytes)
        return checksum.text
      }
    }
    var checksum = Checksum()
    for text in checksums { checksum.add(text) }
    return "xxh3:" + checksum.text
  }
}

extension TextEncoderFiles {
  /// An XXH3 of all that features follow from, and its name.
  ///
  /// - Throws: `io`.
  func checksum(workers: Workers) throws -> String {
    var checksum = Checksum()
    for path in Self.paths(in: folder).prefix(2) { checksum.add(try Digest.ofFile(path)) }
    checksum.add(try tensors.checksum(workers: workers, known: checksums))
    return "xxh3:" + checksum.text
  }
}

extension Numerics {
  /// What results follow from, as words.
  var identity: [String] { [stored?.rawValue ?? "as stored", multiplied.rawValue] }
}
