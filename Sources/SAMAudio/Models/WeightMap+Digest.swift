import Checkpoints
internal import Digests
import Tensors

extension WeightMap {
  /// A SHA-256 of all tensors: their names, types, shapes and elements. It reads each of them; what is not among
  /// them, as another network's part of the file, is not read.
  ///
  /// - Throws: `FilterError`.
  func digest(workers: Workers) throws -> String {
    let weights = weights()
    let names = names
    let digests = try workers.map(names.count) { index in
      let name = names[index]
      let tensor = try weights.tensor(name, shape: shape(name) ?? [])
      defer { tensor.releasePages() }
      var digest = Digest()
      digest.add(name)
      digest.add(tensor.type.rawValue)
      digest.add("\(tensor.shape)")
      digest.add(tensor.bytes)
      return digest.text
    }
    var digest = Digest()
    for text in digests { digest.add(text) }
    return digest.text
  }
}

extension TextEncoderFiles {
  /// A SHA-256 of all that features follow from.
  ///
  /// - Throws: `io`.
  func digest(workers: Workers) throws -> String {
    var digest = Digest()
    for path in Self.paths(in: folder).prefix(2) { digest.add(try Digest.ofFile(path)) }
    digest.add(try tensors.digest(workers: workers))
    return digest.text
  }
}

extension Numerics {
  /// What results follow from, as words.
  var identity: [String] { [stored?.rawValue ?? "as stored", multiplied.rawValue] }
}
