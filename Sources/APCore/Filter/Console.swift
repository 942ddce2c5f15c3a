import Synchronization
import SystemPackage

/// Standard error: lines that stay, each in one call, so that those of filters in one pipe do not mix; and
/// below them a line that is written over.
package enum Console {
  private enum Line { case none, shown, forbidden }

  private static let line = Mutex(Line.none)
  private static let isTerminal = FileDescriptor.standardError.isTerminal
  private static let erase = "\r\u{1b}[K"

  /// How many characters fit side by side, now: a window can change.
  static var columns: Int {
    Syscalls.columns(of: .standardError) ?? 80
  }

  /// Writes what a person is to read.
  static func say(_ text: String) {
    // The line that is written over may be another filter's of the same pipe.
    put(isTerminal ? erase + text : text)
  }

  /// Writes what a program is to read.
  static func write(_ text: String) {
    put(text)
  }

  static func show(_ text: String) {
    line.withLock { line in
      guard line != .forbidden else { return }
      line = .shown
      put("\r\(text)\u{1b}[K")
    }
  }

  static func clear() {
    line.withLock { line in
      if line == .shown {
        put(erase)
        line = .none
      }
    }
  }

  /// Clears for the last time, because a signal ends the process.
  package static func close() {
    clear()
    line.withLock { $0 = .forbidden }
  }

  private static func put(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      // There is nowhere left to complain to.
      try? Syscalls.writeAll(.standardError, UnsafeRawBufferPointer(bytes))
    }
  }
}
