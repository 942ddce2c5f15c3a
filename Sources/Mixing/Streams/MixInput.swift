internal import APCore
internal import SystemPackage

/// One of several streams that are read side by side.
final class MixInput {
  /// What messages call it.
  let name: String
  /// Whether another process writes it.
  let isPipe: Bool
  private(set) var header: StreamHeader
  private(set) var isAtEnd = false
  let descriptor: FileDescriptor
  private let ownsDescriptor: Bool
  private let reader: StreamReader

  /// - Parameter path: a file, or `-` for standard input.
  /// - Throws: `noInput`; `usage` where standard input is a terminal.
  init(_ path: String, in context: FilterContext) throws(FilterError) {
    ownsDescriptor = path != "-"
    name = ownsDescriptor ? path : "standard input"
    if ownsDescriptor {
      do {
        descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      } catch {
        throw FilterError(.noInput, "Cannot open \(path): \(error).", underlying: error)
      }
      reader = StreamReader(descriptor)
    } else {
      descriptor = .standardInput
      reader = try context.openInput()
    }
    isPipe = descriptor.isPipe
    header = StreamHeader(channels: 1, rate: 1, tracks: [])
  }

  deinit {
    // Only read from: closing has nothing to tell.
    if ownsDescriptor { try? descriptor.close() }
  }

  /// Whether a record has begun to come, which its writer ends without waiting for anything.
  var hasBegun: Bool { reader.hasBytes }

  /// The end record's other keys.
  var endExtra: [String: JSONValue] { reader.end?.extra ?? [:] }

  /// - Throws: what reading throws, with the stream's name; `badInput` for a windowed stream.
  func readHeader() throws(FilterError) {
    header = try named { () throws(FilterError) in try reader.readHeader() }
    try named { () throws(FilterError) in try header.requireContiguous() }
  }

  /// The next record; nil at the end.
  func next() throws(FilterError) -> StreamRecord? {
    let record = try named { () throws(FilterError) in try reader.next() }
    isAtEnd = record == nil
    return record
  }

  /// - Throws: `badInput` where its sound cannot be combined with another stream's.
  func requireMatch(with other: MixInput) throws(FilterError) {
    func require(
      _ isSame: Bool, _ what: (StreamHeader) -> String, advice: String
    ) throws(FilterError) {
      guard !isSame else { return }
      throw FilterError(
        .badInput,
        "The streams do not match: \(name) has \(what(header)), \(other.name) \(what(other.header)).",
        advice: advice)
    }
    let names = [header, other.header].map { Set($0.tracks.map(\.name)) }
    try require(
      names[0] == names[1],
      { "the tracks " + $0.tracks.map(\.name).joined(separator: ", ") },
      advice: "Choose the same stems of both, or bring them together with ap-mix NAME=SUM.")
    try require(
      header.rate == other.header.rate, { "\($0.rate) Hz" },
      advice: "Give both ap-decode commands the same --rate.")
    try require(
      header.channels == other.header.channels,
      { $0.channels == 1 ? "1 channel" : "\($0.channels) channels" },
      advice: "Give both ap-decode commands the same --channels.")
    if let frames = header.frames, let others = other.header.frames {
      try require(
        frames == others, { "\($0.frames ?? 0) frames" }, advice: "They must be of the same song.")
    }
  }

  /// - Throws: what `body` throws, with the stream's name; who failed before it keeps its words.
  private func named<Result>(
    _ body: () throws(FilterError) -> Result
  ) throws(FilterError) -> Result {
    do {
      return try body()
    } catch {
      guard error.abort == nil else { throw error }
      var error = error
      error.message = "\(name): \(error.message)"
      throw error
    }
  }
}
