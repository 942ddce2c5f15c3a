internal import APCore

/// Blocks of sound that wait in their order. What comes back bit by bit from 16 bits a sample, as most files have it,
/// waits in these, all else as it is.
final class KeptSound {
  /// A block that waits.
  private struct Block {
    let count: Int
    let isShort: Bool
    var bytes: Int {
      count * (isShort ? MemoryLayout<Int16>.stride : MemoryLayout<Float>.stride)
    }
  }

  private let bytes: ByteQueue
  private var blocks: [Block] = []
  /// How many of them have been taken.
  private var taken = 0
  private var shorts: [Int16] = []

  /// Steps of 16 bits from 0 to 1.
  private static let steps: Float = 32_768
  /// The samples of a block that are looked at before the rest of it.
  private static let probe = 1024

  /// - Parameter memoryLimit: the most bytes that wait in memory; others do in a file.
  init(memoryLimit: Int) {
    bytes = ByteQueue(memoryLimit: memoryLimit)
  }

  /// The bytes that those that wait take.
  var size: Int { bytes.count }

  /// Puts a block after those that wait.
  ///
  /// - Throws: `io`; `cannotCreate` where there is no room for a temporary file.
  func append(_ samples: Span<Float>) throws(FilterError) {
    let isShort = shorten(samples)
    if isShort {
      let shorts = shorts
      try bytes.append(shorts.span.extracting(first: samples.count).bytes)
    } else {
      try bytes.append(samples.bytes)
    }
    blocks.append(Block(count: samples.count, isShort: isShort))
  }

  /// Takes the oldest one, of which there must be one, in place of what `samples` held.
  ///
  /// - Throws: `io`.
  func take(into samples: inout [Float]) throws(FilterError) {
    let block = blocks[taken]
    samples.grow(to: block.count)
    samples.removeLast(samples.count - block.count)
    if block.isShort {
      shorts.grow(to: block.count)
      try shorts.withBytes(block.bytes) { place throws(FilterError) in try bytes.take(into: place) }
      Self.lengthen(shorts, &samples)
    } else {
      try samples.withBytes(block.bytes) { place throws(FilterError) in try bytes.take(into: place)
      }
    }
    taken += 1
  }

  /// Puts samples into `shorts`.
  ///
  /// - Returns: whether each of them comes back from there as it is.
  private func shorten(_ samples: Span<Float>) -> Bool {
    shorts.grow(to: samples.count)
    // Sound of other files shows it at once.
    let head = samples.extracting(first: min(Self.probe, samples.count))
    return Self.shorten(head, &shorts) && Self.shorten(samples, &shorts)
  }

  private static func shorten(_ samples: Span<Float>, _ shorts: inout [Int16]) -> Bool {
    var held = shorts.mutableSpan
    var differences: UInt32 = 0
    for index in samples.indices {
      // The sum has no room for parts of a step: the lower half of its bits is the step.
      let step = Int16(truncatingIfNeeded: (samples[index] * steps + 0x1.8p23).bitPattern)
      held[index] = step
      differences |= (Float(step) / steps).bitPattern ^ samples[index].bitPattern
    }
    return differences == 0
  }

  private static func lengthen(_ shorts: [Int16], _ samples: inout [Float]) {
    let held = shorts.span
    var target = samples.mutableSpan
    for index in target.indices { target[index] = Float(held[index]) / steps }
  }
}

extension Array where Element: Numeric & BitwiseCopyable {
  /// Gives the place of its first bytes to be written to.
  fileprivate mutating func withBytes(
    _ count: Int, _ write: (UnsafeMutableRawBufferPointer) throws(FilterError) -> Void
  ) throws(FilterError) {
    var elements = mutableSpan
    try elements.withUnsafeMutableBytes { bytes throws(FilterError) in
      try write(UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
    }
  }
}
