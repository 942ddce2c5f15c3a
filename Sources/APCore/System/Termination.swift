import Synchronization

/// What must be done before SIGINT, SIGTERM or SIGHUP ends the process.
public enum Termination {
  private static let actions = Mutex<[@Sendable () -> Void]>([])

  /// Has this done, on a thread of its own; behind what was asked for before.
  public static func add(_ action: @escaping @Sendable () -> Void) {
    actions.withLock { $0.append(action) }
  }

  static func run() {
    for action in actions.withLock({ $0 }) { action() }
    TemporaryFiles.shared.removeAll()
  }
}
