internal import APCore
internal import SystemPackage

/// A WAV file written from start to end, for a pipe: libsndfile goes back to fill in the sizes.
final class WaveStream: SoundSink {
  let name = "standard output"
  private let output: FileDescriptor
  private var packed: [UInt8] = []
  /// Chunks have an even length; what makes an odd one even is not counted by it.
  private let padding: [UInt8]

  /// - Parameter frames: the length; nil where it is not known. The sizes are 2^32 − 1 then, and in
  ///   files too long for WAV, which readers take as "up to the end".
  init(
    _ output: FileDescriptor, format: SoundFormat, rate: Int, channels: Int, frames: Int?
  ) throws(FilterError) {
    self.output = output
    let width = format.bytesPerSample
    let isFloat = !format.isInteger
    let factBytes = isFloat ? 12 : 0
    let size = frames.map { $0.multipliedReportingOverflow(by: channels * width) }
    let bytes = size.flatMap { $0.overflow ? nil : $0.partialValue } ?? .max
    let isKnown = bytes < Int(UInt32.max) - 64
    padding = isKnown && !bytes.isMultiple(of: 2) ? [0] : []
    let data = isKnown ? UInt32(bytes) : .max

    var header: [UInt8] = Array("RIFF".utf8)
    header.append(little: isKnown ? data + UInt32(36 + factBytes + padding.count) : .max)
    header += "WAVEfmt ".utf8
    header.append(little: UInt32(16))
    header.append(little: UInt16(isFloat ? 3 : 1))
    header.append(little: UInt16(truncatingIfNeeded: channels))
    header.append(little: UInt32(truncatingIfNeeded: rate))
    header.append(little: UInt32(truncatingIfNeeded: rate * channels * width))
    header.append(little: UInt16(truncatingIfNeeded: channels * width))
    header.append(little: UInt16(8 * width))
    if isFloat {
      header += "fact".utf8
      header.append(little: UInt32(4))
      header.append(little: isKnown ? data / UInt32(channels * width) : .max)
    }
    header += "data".utf8
    header.append(little: data)
    try put(header.span.bytes)
  }

  func write(_ samples: Span<Float>) throws(FilterError) { try put(samples.bytes) }

  func write(_ samples: Span<Int16>) throws(FilterError) { try put(samples.bytes) }

  func write(_ samples: Span<Int32>) throws(FilterError) {
    packed.removeAll(keepingCapacity: true)
    for index in samples.indices {
      let sample = samples[index]
      packed.append(UInt8(truncatingIfNeeded: sample >> 8))
      packed.append(UInt8(truncatingIfNeeded: sample >> 16))
      packed.append(UInt8(truncatingIfNeeded: sample >> 24))
    }
    let bytes = packed
    try put(bytes.span.bytes)
  }

  func finish() throws(FilterError) {
    let rest = padding
    try put(rest.span.bytes)
  }

  private func put(_ bytes: RawSpan) throws(FilterError) {
    try output.writeOrFail(bytes, name: name)
  }
}

extension FileDescriptor {
  /// Writes all of it.
  ///
  /// - Throws: `io`, or `brokenPipe` where the reader is gone.
  func writeOrFail(_ bytes: RawSpan, name: String) throws(FilterError) {
    do {
      try bytes.withUnsafeBytes { bytes throws(Errno) in try writeWhole(bytes) }
    } catch Errno.brokenPipe {
      throw FilterError(.brokenPipe, "The reader of the output is gone.")
    } catch {
      throw FilterError(.io, "Cannot write \(name): \(error).", underlying: error)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append<Value: FixedWidthInteger>(little value: Value) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
