/// Why a filter stops: what happened, and what its user can do about it.
package struct FilterError: Error, Sendable, CustomStringConvertible {
  /// A kind of failure. Libraries add their own with `init(_:_:)`.
  package struct Code: Hashable, Sendable {
    /// A short name that tests and callers compare.
    package let name: String
    /// What the process exits with.
    package let status: ExitStatus

    /// A code that exits with `status`.
    package init(_ name: String, _ status: ExitStatus) {
      self.name = name
      self.status = status
    }

    /// Options that do not go together.
    package static let usage = Self("usage", .usage)
    /// Input that breaks a rule of its format.
    package static let badInput = Self("bad-input", .data)
    /// Input that ends before its end.
    package static let cutInput = Self("cut-input", .data)
    /// No such input file.
    package static let noInput = Self("no-input", .noInput)
    /// No such model or device.
    package static let unavailable = Self("unavailable", .unavailable)
    /// The system has no memory or no thread left.
    package static let outOfMemory = Self("out-of-memory", .system)
    /// A mistake in this program.
    package static let software = Self("software", .software)
    /// An output file that cannot be made.
    package static let cannotCreate = Self("cannot-create", .cannotCreate)
    /// A failed read or write.
    package static let io = Self("io", .io)
    /// The reader of the output is gone; a filter ends as SIGPIPE ends it, without a word.
    package static let brokenPipe = Self("broken-pipe", .io)
    /// A configuration that cannot be used.
    package static let configuration = Self("configuration", .configuration)
  }

  /// The kind of failure.
  package var code: Code
  /// A whole sentence that names the file, record or option.
  package var message: String
  /// What to do next, as a whole sentence; empty where there is nothing to say.
  package var advice: String
  /// What the system or another library said.
  package var underlying: (any Error)?

  /// An error of that kind.
  package init(
    _ code: Code, _ message: String, advice: String = "", underlying: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.advice = advice
    self.underlying = underlying
  }

  /// Message and advice on one line.
  package var description: String {
    advice.isEmpty ? message : "\(message) \(advice)"
  }
}
