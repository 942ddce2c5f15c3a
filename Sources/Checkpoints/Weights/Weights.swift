package import APCore
import Synchronization

/// A place in a checkpoint's tree of tensors, from which a layer takes its own:
///
///     let conv = weights["encoder"][0]["conv"]
///     try conv.floats("weight", shape: [48, 4, 8, 1])
///
/// Copies share the note of which tensors were taken, and may be used from several threads.
package struct Weights: Sendable {
  /// The names that lead here, joined by dots; empty at the root.
  package let path: String
  private let store: Store

  init(_ map: WeightMap) {
    path = ""
    store = Store(map)
  }

  private init(path: String, store: Store) {
    self.path = path
    self.store = store
  }

  /// The place under a name.
  package subscript(name: String) -> Weights {
    Weights(path: join(name), store: store)
  }

  /// The place under a number in a list of layers.
  package subscript(index: Int) -> Weights {
    self[String(index)]
  }

  /// Whether there is a tensor of this name here.
  package func has(_ name: String) -> Bool {
    store.map.entries[join(name)] != nil
  }

  /// The shape of a tensor, without taking it; nil where there is none.
  package func shape(_ name: String) -> [Int]? {
    store.map.shape(join(name))
  }

  /// How many numbered places there are under this one, from 0 on.
  package var count: Int {
    let prefix = join("")
    // In one walk: a hostile file may have a million names.
    let places = Set(
      store.map.entries.keys.lazy.filter { $0.hasPrefix(prefix) }
        .map { $0.dropFirst(prefix.count).prefix { $0 != "." } })
    return (0...places.count).first { !places.contains(Substring(String($0))) } ?? places.count
  }

  /// One of a tensor's sizes, where the model's follow from it.
  ///
  /// - Parameter least: what a model has at least.
  /// - Throws: `FilterError.Code.missingTensor`, `.misshapedTensor`.
  package func size(
    _ dimension: Int, of name: String, atLeast least: Int = 1
  ) throws(FilterError) -> Int {
    guard let shape = shape(name) else { throw missing(name, "") }
    guard shape.indices.contains(dimension), shape[dimension] >= least else {
      throw FilterError(
        .misshapedTensor,
        "\(store.described(join(name))) has the shape \(shape), which says nothing of the model's size.",
        advice: "The file is not a checkpoint of this model.")
    }
    return shape[dimension]
  }

  /// Takes a tensor, its elements widened to `Float` in row-major order.
  ///
  /// - Throws: `FilterError.Code.missingTensor`; `.misshapedTensor` for another shape, and for
  ///   elements that are not float16, bfloat16 or float32; `.notFiniteTensor`; `.outOfMemory`.
  package func floats(_ name: String, shape: [Int]) throws(FilterError) -> [Float] {
    let tensor = try widenable(name, shape: shape)
    defer { tensor.releasePages() }
    let count = shape.reduce(1, *)
    try AvailableMemory.require(count * MemoryLayout<Float>.stride)
    return widened(tensor.bytes, type: tensor.type, count: count)
  }

  /// Takes a matrix whose rows are read one by one: `shape` [rows, …], all but the first dimension a row.
  ///
  /// - Throws: like `floats(_:shape:)`.
  package func rows(_ name: String, shape: [Int]) throws(FilterError) -> StoredRows {
    StoredRows(try widenable(name, shape: shape))
  }

  private func widenable(_ name: String, shape: [Int]) throws(FilterError) -> WeightTensor {
    let tensor = try self.tensor(name, shape: shape)
    guard tensor.type.widensToFloat else {
      throw FilterError(
        .misshapedTensor,
        "\(store.described(join(name))) has elements of type \(tensor.type), but float16, bfloat16 or "
          + "float32 are needed.")
    }
    if let place = tensor.type.firstNotFinite(in: tensor.bytes) {
      throw FilterError(
        .notFiniteTensor,
        "\(store.described(join(name))) is damaged: element \(place) is infinite or not a number.",
        advice: "Get the file again.")
    }
    return tensor
  }

  /// Takes a tensor as it is stored.
  ///
  /// - Throws: `FilterError.Code.missingTensor`, `.misshapedTensor`.
  package func tensor(_ name: String, shape: [Int]) throws(FilterError) -> WeightTensor {
    let full = join(name)
    guard let entry = store.map.entries[full] else {
      throw missing(name, ", which should have the shape \(shape)")
    }
    guard entry.tensor.shape == shape else {
      throw FilterError(
        .misshapedTensor,
        "\(store.described(full)) has the shape \(entry.tensor.shape), but \(shape) is needed.",
        advice: "The file is not a checkpoint of this model.")
    }
    store.taken.withLock { _ = $0.insert(full) }
    let (bytes, owner) = entry.tensor.bytes(in: entry.region)
    return WeightTensor(type: entry.tensor.type, shape: shape, bytes: bytes, owner: owner)
  }

  /// Says that the model is complete.
  ///
  /// - Throws: `FilterError.Code.unusedTensors` where tensors under this place were not taken.
  package func finish() throws(FilterError) {
    let taken = store.taken.withLock { $0 }
    let prefix = path.isEmpty ? "" : path + "."
    let unused = store.map.entries.keys.filter { $0.hasPrefix(prefix) && !taken.contains($0) }
      .sorted()
    guard !unused.isEmpty else { return }
    let named = unused.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    let rest = unused.count > 3 ? " and \(unused.count - 3) more" : ""
    throw FilterError(
      .unusedTensors,
      "\(store.map.path) has tensors that the model has no place for: \(named)\(rest).",
      advice: "The file is not a checkpoint of this model.")
  }

  private func missing(_ name: String, _ wanted: String) -> FilterError {
    FilterError(
      .missingTensor, "\(store.map.path) has no tensor \"\(join(name))\"\(wanted).",
      advice: "The file is not a checkpoint of this model.")
  }

  private func join(_ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
  }

  private final class Store: Sendable {
    let map: WeightMap
    let taken = Mutex<Set<String>>([])

    init(_ map: WeightMap) {
      self.map = map
    }

    /// Where a tensor is and what it is called, there too if that is something else.
    func described(_ name: String) -> String {
      guard let entry = map.entries[name] else { return "\(map.path): the tensor \"\(name)\"" }
      let stored = entry.storedName == name ? "" : " (there \"\(entry.storedName)\")"
      return "\(entry.file): the tensor \"\(name)\"\(stored)"
    }
  }
}

/// A tensor as it is stored: elements in row-major order, little-endian.
///
/// `@unchecked`: the bytes are never written to.
package struct WeightTensor: @unchecked Sendable {
  /// The elements' type.
  package let type: ElementType
  /// Sizes, outermost dimension first.
  package let shape: [Int]
  /// The elements; valid while this tensor or a copy of it lives, and perhaps unaligned.
  package let bytes: UnsafeRawBufferPointer

  private let owner: ByteRegion

  init(type: ElementType, shape: [Int], bytes: UnsafeRawBufferPointer, owner: ByteRegion) {
    self.type = type
    self.shape = shape
    self.bytes = bytes
    self.owner = owner
  }

  /// Says that the elements were read and are kept elsewhere: a large tensor's part of the mapped file leaves
  /// this process's memory. Reading it again works, and reads the file again.
  package func releasePages() {
    if bytes.count >= 1 << 20 { owner.releasePages(bytes) }
  }
}
