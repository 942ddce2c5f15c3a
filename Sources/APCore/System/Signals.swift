// What a signal that ends this process leaves behind: nothing half made, no child that goes on.

internal import Synchronization

/// Where a signal that would end this process goes while another one does its work.
package final class SignalRelay: Sendable {
  /// The process's own.
  package static let shared = SignalRelay()

  private let target = Mutex<Int32?>(nil)

  /// Starts the other process; no signal comes in between.
  ///
  /// - Returns: its id, to which signals go from now on.
  package func start<Failure: Error>(_ spawn: () throws(Failure) -> Int32) throws(Failure) -> Int32
  {
    try target.withLock { target throws(Failure) in
      let process = try spawn()
      target = process
      return process
    }
  }

  /// Stops, before the id can become another process's.
  package func stop(_ reap: () -> Void) {
    target.withLock { target in
      target = nil
      reap()
    }
  }

  /// Sends the signal on.
  ///
  /// - Returns: whether there is a process to send it to.
  package func send(_ number: Int32) -> Bool {
    target.withLock { target in
      if let target { Syscalls.send(number, to: target) }
      return target != nil
    }
  }
}

/// What must be done before a signal ends the process.
package enum Termination {
  private static let actions = Mutex<[@Sendable () -> Void]>([])

  /// Has this done, on a thread of its own; after what was asked for before.
  package static func add(_ action: @escaping @Sendable () -> Void) {
    actions.withLock { $0.append(action) }
  }

  package static func run() {
    for action in actions.withLock({ $0 }) { action() }
    TemporaryFiles.shared.removeAll()
  }
}
