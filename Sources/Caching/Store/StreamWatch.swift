internal import APCore

/// Follows a stream's bytes while they pass, and knows what they amount to.
struct StreamWatch: Sendable {
  private var parser = StreamParser()
  /// The header, once it has passed.
  private(set) var header: StreamHeader?
  /// How many bytes have passed.
  private(set) var count = 0
  /// Where the end record's line begins, once it has passed.
  private(set) var end: Int?
  /// Why this is not a whole stream and will never be one.
  private(set) var failure: FilterError?

  /// Whether the end record has passed, and nothing after it.
  var isWhole: Bool { end != nil && failure == nil }

  /// Where the line after the last record begins.
  private var nextLine = 0

  /// Takes the next bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    let start = count
    count += bytes.count
    guard failure == nil else { return }
    var position = 0
    do {
      while let event = try parser.consume(bytes.bytes, from: &position) {
        switch event {
        case .header(let header): self.header = header
        case .record: break
        case .end: end = nextLine
        case .abort(let abort):
          failure = .aborted(abort)
          return
        }
        nextLine = start + position
      }
    } catch {
      failure = error
    }
  }

  /// Says that no more bytes will come.
  mutating func finish() {
    guard failure == nil else { return }
    do {
      try parser.finish()
    } catch {
      failure = error
    }
  }
}
