/// Where a tensor lies in a region; checked once, when it is made.
struct StoredTensor: Sendable {
  let type: ElementType
  let shape: [Int]
  /// Elements between neighbours along each dimension.
  let strides: [Int]
  /// Of the first element, in bytes from the region's start.
  let byteOffset: Int
  let count: Int

  /// More dimensions than any real tensor has; a bound for loops over them.
  static let maximumRank = 32

  /// A view on a storage, like torch's `(storage, offset, size, stride)`.
  ///
  /// - Parameters:
  ///   - offset: of the first element, in elements from the storage's start.
  ///   - storage: the storage's bytes in the region.
  /// - Returns: nil where any element would lie outside the storage, the tensor has more elements
  ///   than the storage, or a number overflows.
  init?(type: ElementType, shape: [Int], strides: [Int], offset: Int, storage: Range<Int>) {
    guard
      shape.count == strides.count, shape.count <= Self.maximumRank, offset >= 0,
      shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }),
      let count = Self.product(shape)
    else { return nil }
    let capacity = storage.count / type.byteCount
    if count == 0 {
      guard offset <= capacity else { return nil }
    } else {
      var last = offset
      for (size, stride) in zip(shape, strides) {
        let step = (size - 1).multipliedReportingOverflow(by: stride)
        let sum = last.addingReportingOverflow(step.partialValue)
        guard !step.overflow, !sum.overflow else { return nil }
        last = sum.partialValue
      }
      guard last < capacity, count <= capacity else { return nil }
    }
    self.type = type
    self.shape = shape
    // A stride that is never walked may be any number; zero keeps it out of later sums.
    self.strides = zip(shape, strides).map { size, stride in size > 1 ? stride : 0 }
    self.count = count
    byteOffset = storage.lowerBound + offset * type.byteCount
  }

  private init(type: ElementType, shape: [Int], strides: [Int], byteOffset: Int, count: Int) {
    self.type = type
    self.shape = shape
    self.strides = strides
    self.byteOffset = byteOffset
    self.count = count
  }

  /// A tensor that fills its storage in row-major order.
  init?(type: ElementType, shape: [Int], storage: Range<Int>) {
    var strides = shape
    var stride = 1
    for index in shape.indices.reversed() {
      strides[index] = stride
      let next = stride.multipliedReportingOverflow(by: max(1, shape[index]))
      guard !next.overflow else { return nil }
      stride = next.partialValue
    }
    self.init(type: type, shape: shape, strides: strides, offset: 0, storage: storage)
    guard count * type.byteCount == storage.count else { return nil }
  }

  /// The same elements with the dimensions in another order.
  ///
  /// - Parameter order: for each new dimension, which old one it is.
  /// - Returns: nil where `order` is not of these dimensions.
  func reordered(_ order: [Int]) -> StoredTensor? {
    guard order.sorted() == Array(shape.indices) else { return nil }
    return StoredTensor(
      type: type, shape: order.map { shape[$0] }, strides: order.map { strides[$0] },
      byteOffset: byteOffset, count: count)
  }

  /// Whether the elements lie one after another in row-major order.
  var isContiguous: Bool {
    guard count > 0 else { return true }
    var expected = 1
    for (size, stride) in zip(shape, strides).reversed() where size > 1 {
      if stride != expected { return false }
      expected *= size
    }
    return true
  }

  /// The elements' bytes in row-major order; mapped where they already lie so, else gathered.
  func bytes(in region: ByteRegion) -> (bytes: UnsafeRawBufferPointer, owner: ByteRegion) {
    let byteCount = count * type.byteCount
    if isContiguous {
      let start = count == 0 ? 0 : byteOffset
      return (UnsafeRawBufferPointer(rebasing: region.bytes[start..<start + byteCount]), region)
    }
    let copy = ByteRegion(byteCount: byteCount) { out in
      switch type.byteCount {
      case 1: gather(UInt8.self, from: region.bytes, into: out)
      case 2: gather(UInt16.self, from: region.bytes, into: out)
      case 4: gather(UInt32.self, from: region.bytes, into: out)
      default: gather(UInt64.self, from: region.bytes, into: out)
      }
    }
    return (copy.bytes, copy)
  }

  private func gather<Element: BitwiseCopyable>(
    _ element: Element.Type, from source: UnsafeRawBufferPointer,
    into out: UnsafeMutableRawBufferPointer
  ) {
    let size = MemoryLayout<Element>.size
    var index = [Int](repeating: 0, count: shape.count)
    var position = byteOffset
    for element in 0..<count {
      out.storeBytes(
        of: source.loadUnaligned(fromByteOffset: position, as: Element.self),
        toByteOffset: element * size, as: Element.self)
      for dimension in shape.indices.reversed() {
        index[dimension] += 1
        position += strides[dimension] * size
        if index[dimension] < shape[dimension] { break }
        position -= shape[dimension] * strides[dimension] * size
        index[dimension] = 0
      }
    }
  }

  private static func product(_ sizes: [Int]) -> Int? {
    var product = 1
    for size in sizes {
      let next = product.multipliedReportingOverflow(by: size)
      guard !next.overflow else { return nil }
      product = next.partialValue
    }
    return product
  }
}
