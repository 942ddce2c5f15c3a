package import APCore

/// A model's tensors before any of them is taken: those of one file or several, under the names and with the
/// dimensions that the model asks for. No byte of them is read here.
package struct WeightMap: Sendable {
  /// What they stand in, for messages: a file or a folder.
  package let path: String

  private(set) var entries: [String: Entry]

  /// A tensor, and where its file has it.
  struct Entry: Sendable {
    let file: String
    /// What the file calls it.
    let storedName: String
    let tensor: StoredTensor
    let region: ByteRegion
  }

  /// Where a stored tensor belongs in the model.
  package struct Place: Sendable {
    /// What the model calls it.
    package var name: String
    /// For each of the model's dimensions, which one of the stored tensor it is; nil: they are the same. It
    /// counts for tensors of so many dimensions only.
    package var order: [Int]?

    /// A place under that name.
    package init(_ name: String, order: [Int]? = nil) {
      self.name = name
      self.order = order
    }
  }

  /// - Throws: `FilterError.Code.damagedCheckpoint` for a tensor that two files have.
  package init(path: String, _ checkpoints: [Checkpoint]) throws(FilterError) {
    self.path = path
    entries = [:]
    for checkpoint in checkpoints {
      for (name, entry) in WeightMap(checkpoint).entries { try insert(entry, as: name) }
    }
  }

  /// The tensors of one file as they are.
  init(_ checkpoint: Checkpoint) {
    path = checkpoint.path
    let region = checkpoint.region
    entries = checkpoint.tensors.reduce(into: [:]) { entries, item in
      entries[item.key] = Entry(
        file: checkpoint.path, storedName: item.key, tensor: item.value, region: region)
    }
  }

  /// What the tensors are called, sorted.
  package var names: [String] { entries.keys.sorted() }

  /// Sizes of a tensor; nil where there is none.
  package func shape(_ name: String) -> [Int]? { entries[name]?.tensor.shape }

  /// These tensors and those of another file.
  ///
  /// - Throws: `FilterError.Code.damagedCheckpoint` for a tensor that both have.
  package func joined(_ other: WeightMap) throws(FilterError) -> WeightMap {
    var joined = self
    for (name, entry) in other.entries { try joined.insert(entry, as: name) }
    return joined
  }

  /// The tensors at other places.
  ///
  /// - Parameter place: where a tensor belongs; nil leaves it out.
  /// - Throws: `FilterError.Code.damagedCheckpoint` where two belong at the same place.
  package func moved(_ place: (_ name: String) -> Place?) throws(FilterError) -> WeightMap {
    var moved = self
    moved.entries = [:]
    for (name, entry) in entries {
      guard let place = place(name) else { continue }
      let tensor = place.order.flatMap(entry.tensor.reordered) ?? entry.tensor
      try moved.insert(
        Entry(
          file: entry.file, storedName: entry.storedName, tensor: tensor, region: entry.region),
        as: place.name)
    }
    return moved
  }

  /// Those whose names pass.
  package func filter(_ isIncluded: (_ name: String) -> Bool) -> WeightMap {
    var filtered = self
    filtered.entries = entries.filter { isIncluded($0.key) }
    return filtered
  }

  /// The elements of all tensors together.
  package var elements: Int { entries.values.reduce(0) { $0 + $1.tensor.count } }

  /// Adds a tensor of zeros with the shape of another, for what a conversion put into that one.
  ///
  /// - Throws: `FilterError.Code.damagedCheckpoint` where there is one already.
  package mutating func addZeros(_ name: String, like other: String) throws(FilterError) {
    guard let entry = entries[other] else { return }
    let size = entry.tensor.count * ElementType.float32.byteCount
    let zeros = ByteRegion(byteCount: size) { $0.initializeMemory(as: UInt8.self, repeating: 0) }
    guard let tensor = StoredTensor(type: .float32, shape: entry.tensor.shape, storage: 0..<size)
    else { return }
    try insert(
      Entry(file: entry.file, storedName: entry.storedName, tensor: tensor, region: zeros), as: name
    )
  }

  /// The tensors, none of them taken yet.
  package func weights() -> Weights { Weights(self) }

  private mutating func insert(_ entry: Entry, as name: String) throws(FilterError) {
    if let other = entries.updateValue(entry, forKey: name) {
      throw .damagedCheckpoint(
        entry.file,
        "its tensor \"\(entry.storedName)\" is there twice, also as \"\(other.storedName)\" in "
          + other.file)
    }
  }
}
