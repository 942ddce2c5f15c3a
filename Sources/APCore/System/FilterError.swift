/// Why a filter stops: what happened, and what its user can do about it.
public struct FilterError: Error, Sendable, CustomStringConvertible {
  /// A kind of failure. Libraries add their own with `init(_:_:)`.
  public struct Code: Hashable, Sendable {
    /// A short name that tests and callers compare.
    public let name: String
    /// What the process exits with.
    public let status: ExitStatus

    /// A code that exits with `status`.
    public init(_ name: String, _ status: ExitStatus) {
      self.name = name
      self.status = status
    }

    /// Options that do not go together.
    public static let usage = Self("usage", .usage)
    /// Input that breaks a rule of its format.
    public static let badInput = Self("bad-input", .data)
    /// Input that ends before its end.
    public static let cutInput = Self("cut-input", .data)
    /// No such input file.
    public static let noInput = Self("no-input", .noInput)
    /// No such model or device.
    public static let unavailable = Self("unavailable", .unavailable)
    /// The system has no memory or no thread left.
    public static let outOfMemory = Self("out-of-memory", .system)
    /// A mistake in this program.
    public static let software = Self("software", .software)
    /// An output file that cannot be made.
    public static let cannotCreate = Self("cannot-create", .cannotCreate)
    /// A failed read or write.
    public static let io = Self("io", .io)
    /// The reader of the output is gone; a filter ends as SIGPIPE ends it, without a word.
    public static let brokenPipe = Self("broken-pipe", .io)
    /// A configuration that cannot be used.
    public static let configuration = Self("configuration", .configuration)
  }

  /// The kind of failure.
  public var code: Code
  /// A whole sentence that names the file, record or option.
  public var message: String
  /// What to do next, as a whole sentence; empty where there is nothing to say.
  public var advice: String
  /// What the system or another library said.
  public var underlying: (any Error)?

  /// An error of that kind.
  public init(
    _ code: Code, _ message: String, advice: String = "", underlying: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.advice = advice
    self.underlying = underlying
  }

  /// Message and advice on one line.
  public var description: String {
    advice.isEmpty ? message : "\(message) \(advice)"
  }
}
