internal import APCore
internal import Dispatch
internal import Synchronization

/// Asynchronous work of a command that is not.
package enum Work {
  private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Result<Value, any Error>?>(nil)
    let isThere = DispatchSemaphore(value: 0)
  }

  /// Waits for the work. When a signal is to end the process, the work is cancelled and waited for
  /// first, so that the processes it started end too.
  package static func wait<Value: Sendable>(
    for body: @escaping @Sendable () async throws -> Value
  ) throws -> Value {
    let outcome = Outcome<Value>()
    let task = Task.detached {
      let result: Result<Value, any Error>
      do {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
      outcome.value.withLock { $0 = result }
      outcome.isThere.signal()
    }
    Termination.add {
      task.cancel()
      outcome.isThere.wait()
      outcome.isThere.signal()
    }
    outcome.isThere.wait()
    outcome.isThere.signal()
    if task.isCancelled { Syscalls.waitForSignal() }
    guard let result = outcome.value.withLock({ $0 }) else {
      preconditionFailure("work that has ended has an outcome")
    }
    return try result.get()
  }
}
