internal import APCore

/// How a command of a pipe ended.
struct StageEnd: Sendable {
  enum Status: Hashable, Sendable {
    case exited(Int32)
    /// A signal ended it.
    case signaled(Int32)
    /// It was ended because another failed, or before its time.
    case ended
    /// It could not be started, for this reason.
    case notStarted(String)
  }

  /// Its place in the pipe.
  let stage: Int
  let status: Status
  /// The last line that it said; empty where it said nothing.
  var lastWords = ""

  /// Whether it failed, and not because it was ended.
  var isFailure: Bool {
    status != .exited(0) && status != .ended
  }

  /// Whether it may have failed because of input that was cut, or because its reader was gone.
  var isCutInput: Bool { status == .exited(ExitStatus.data.rawValue) }
  var isBrokenPipe: Bool { status == .signaled(Syscalls.brokenPipe) }
}

extension [StageEnd] {
  /// The command whose failure made the others fail; nil where none failed.
  ///
  /// A failure travels up a pipe as a broken pipe. It travels down as an abort, of which our filters take
  /// over the status, or as cut input, which they answer with 65. So the cause is the first that failed;
  /// with 65, or with the status of the next failure above it, it passes the blame to that one.
  ///
  /// - Precondition: the ends stand in the order of time.
  var cause: StageEnd? {
    let failures = filter(\.isFailure)
    guard var cause = failures.first(where: { !$0.isBrokenPipe }) else { return failures.first }
    while let above = failures.filter({ $0.stage < cause.stage && !$0.isBrokenPipe })
      .max(by: { $0.stage < $1.stage }), cause.isCutInput || cause.status == above.status
    {
      cause = above
    }
    return cause
  }
}

extension StageEnd.Status {
  /// What a shell would give as `$?`.
  var exitStatus: ExitStatus {
    switch self {
    case .exited(let code): ExitStatus(rawValue: code)
    case .signaled(let number): ExitStatus(rawValue: 128 + number)
    case .ended: .software
    case .notStarted: .unavailable
    }
  }
}
