import Synchronization

/// Where a signal that would end this process goes while another one does its work.
public final class SignalRelay: Sendable {
  /// The process's own.
  public static let shared = SignalRelay()

  private let target = Mutex<Int32?>(nil)

  /// Starts the other process; no signal comes in between.
  ///
  /// - Returns: its id, to which signals go from now on.
  public func start<Failure: Error>(_ spawn: () throws(Failure) -> Int32) throws(Failure) -> Int32 {
    try target.withLock { target throws(Failure) in
      let process = try spawn()
      target = process
      return process
    }
  }

  /// Stops, before the id can become another process's.
  public func stop(_ reap: () -> Void) {
    target.withLock { target in
      target = nil
      reap()
    }
  }

  /// Sends the signal on.
  ///
  /// - Returns: whether there is a process to send it to.
  func send(_ number: Int32) -> Bool {
    target.withLock { target in
      if let target { Syscalls.send(number, to: target) }
      return target != nil
    }
  }
}
