/// A stored matrix whose rows are read one by one, so that no widened copy of the whole is made.
package struct StoredRows: Sendable {
  /// Rows: the tensor's first dimension.
  package let count: Int
  /// Elements of a row: all other dimensions.
  package let columns: Int
  /// In what the elements are stored.
  package var type: ElementType { tensor.type }

  private let tensor: WeightTensor

  /// - Parameter tensor: of a type that `widensToFloat`, with at least one dimension.
  init(_ tensor: WeightTensor) {
    self.tensor = tensor
    count = tensor.shape[0]
    columns = tensor.shape.dropFirst().reduce(1, *)
  }

  /// Writes a row, or some columns of it, widened.
  package func copy(
    _ row: Int, columns range: Range<Int>? = nil, into target: UnsafeMutablePointer<Float>
  ) {
    let range = range ?? 0..<columns
    let size = tensor.type.byteCount
    let start = (row * columns + range.lowerBound) * size
    widen(
      UnsafeRawBufferPointer(rebasing: tensor.bytes[start..<start + range.count * size]),
      type: tensor.type, count: range.count, into: target)
  }

  /// Says that all rows were read; see `WeightTensor.releasePages`.
  package func releasePages() { tensor.releasePages() }
}
