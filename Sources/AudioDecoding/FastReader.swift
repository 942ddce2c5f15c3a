internal import APCore

/// Reads a file's sound on all threads, where its codec can use them. They meet damage too late to say where it is, or to
/// go on after it: from the block that they cannot give, one thread reads in their place.
struct FastReader {
  private(set) var reader: AudioReader
  private let file: InputFile
  private let options: DecodingOptions
  /// Frames that blocks have taken.
  private var position = 0
  /// Whether all threads are at it, and the file can be read from its start again.
  private var canGoBack: Bool

  /// - Parameter threads: the most threads; nil: as many as there are processors.
  /// - Throws: what `AudioReader` throws.
  init(_ file: InputFile, options: DecodingOptions, threads: Int?) throws(FilterError) {
    (self.file, self.options) = (file, options)
    canGoBack = file.isRegular && threads != 1
    var fast = options
    if canGoBack { (fast.threads, fast.isLenient) = (threads ?? 0, false) }
    do {
      reader = try AudioReader(file, options: fast)
    } catch {
      guard canGoBack, error.code == .badInput else { throw error }
      canGoBack = false
      reader = try AudioReader(file, options: options)
    }
  }

  /// Reads the next block in place of what it held.
  ///
  /// - Throws: what `AudioReader` throws.
  mutating func read(into block: inout [Float], frames: Int) throws(FilterError) {
    do {
      try reader.read(into: &block, frames: frames)
    } catch {
      guard canGoBack, error.code == .badInput else { throw error }
      canGoBack = false
      reader = try AudioReader(file, options: options)
      var rest = position
      while rest > 0 {
        try reader.read(into: &block, frames: min(rest, frames))
        guard !block.isEmpty else { throw file.change }
        rest -= block.count / reader.channels
      }
      try reader.read(into: &block, frames: frames)
    }
    position += block.count / reader.channels
  }
}
