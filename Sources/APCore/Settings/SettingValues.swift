/// How much a filter says.
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
  case error
  case warning
  case info
  case debug

  /// Whether the left one matters more.
  package static func < (left: Self, right: Self) -> Bool {
    left.rank < right.rank
  }

  private var rank: Int {
    switch self {
    case .error: 0
    case .warning: 1
    case .info: 2
    case .debug: 3
    }
  }
}

/// When a filter shows how far it is.
package enum ProgressMode: String, CaseIterable, Sendable {
  /// Only where standard error is a terminal, and for one filter of a pipe.
  case auto
  case always
  case never
  /// One line of JSON per step, for programs.
  case json
}

/// Where networks run.
package enum Device: String, CaseIterable, Sendable {
  /// The fastest one there is.
  case auto
  /// The processor.
  case cpu
}
