/// How a filter ended, in the words of sysexits.h.
package struct ExitStatus: RawRepresentable, Hashable, Sendable {
  /// What the parent process sees.
  package let rawValue: Int32

  /// The status of that number.
  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// All went well.
  package static let success = Self(rawValue: 0)
  /// The command line is wrong.
  package static let usage = Self(rawValue: 64)
  /// The input is damaged, cut short, or not what the filter can take.
  package static let data = Self(rawValue: 65)
  /// An input file is missing or cannot be opened.
  package static let noInput = Self(rawValue: 66)
  /// A model or device is missing.
  package static let unavailable = Self(rawValue: 69)
  /// A mistake in the filter itself.
  package static let software = Self(rawValue: 70)
  /// The system has no memory or no thread left for it.
  package static let system = Self(rawValue: 71)
  /// An output file cannot be created, or exists.
  package static let cannotCreate = Self(rawValue: 73)
  /// Reading or writing failed.
  package static let io = Self(rawValue: 74)
  /// A configuration is wrong.
  package static let configuration = Self(rawValue: 78)

  /// What a shell says of a process that a signal ended.
  static func ended(by signal: Int32) -> Self {
    Self(rawValue: 128 + signal)
  }
}

/// How a process ended.
package enum ProcessEnd: Sendable, Hashable {
  /// It exited with this status.
  case exit(Int32)
  /// This signal ended it.
  case signal(Int32)
}
