internal import Synchronization
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Syscalls {
  /// What this process ignores and its children must not.
  static let ignored = [SIGPIPE, SIGXFSZ]

  /// Makes writes to a closed pipe, or beyond the limit of a file's size, fail instead of ending the
  /// process at once.
  package static func letWritesFail() {
    for number in ignored { signal(number, SIG_IGN) }
  }

  /// Ends the process with a status. `exit(3)`.
  static func exit(_ status: Int32) -> Never {
    #if canImport(Glibc)
      Glibc.exit(status)
    #elseif canImport(Musl)
      Musl.exit(status)
    #else
      Darwin.exit(status)
    #endif
  }

  /// Ends the process as the signal would have, also where a parent had it ignored or blocked.
  static func die(of number: Int32) -> Never {
    signal(number, SIG_DFL)
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, number)
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    exit(128 + number)
  }

  /// Sends a signal to a process; one that is gone is no matter. `kill(2)`.
  static func send(_ number: Int32, to process: Int32) {
    kill(process, number)
  }

  /// The signal of a pipe that nobody reads.
  package static let brokenPipe = SIGPIPE

  /// Ends the process as SIGPIPE does.
  static func dieOfBrokenPipe() -> Never {
    die(of: SIGPIPE)
  }

  /// Signals that end a process unless it handles them, and that do not tell of a fault of its own.
  private static let endings: [Int32] = {
    var numbers = [
      SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGUSR1, SIGUSR2,
    ]
    #if os(Linux)
      numbers += [SIGIO, SIGPWR, SIGSTKFLT]
    #endif
    return numbers
  }()

  /// Runs `handle` on a thread of its own when one of these signals comes, then ends the process as
  /// that signal does. A signal that the parent had ignored stays ignored.
  ///
  /// - Parameter handle: gets the signal's number, and returns whether the process goes on.
  package static func onTermination(
    _ handle: @escaping @Sendable (Int32) -> Bool
  ) throws(Errno) {
    let ends = try makePipe()
    // The handler may run on any thread at any time: it may do no more than write(2).
    signalPipe = ends.write.rawValue
    let input = ends.read.rawValue
    try BackgroundThread.start {
      var number: UInt8 = 0
      repeat {
        isTerminating.store(false, ordering: .relaxed)
        while read(input, &number, 1) != 1 {}
      } while handle(Int32(number))
      die(of: Int32(number))
    }
    for number in endings {
      var old = sigaction()
      sigaction(number, nil, &old)
      if old.__sigaction_handler.sa_handler.map({ unsafeBitCast($0, to: Int.self) }) == 1 {
        continue
      }
      signal(number) { number in
        isTerminating.store(true, ordering: .relaxed)
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(signalPipe, &byte, 1)
      }
    }
  }

  /// The words of the system for a signal. `sigabbrev_np(3)` is not everywhere.
  package static func signalName(_ number: Int32) -> String {
    strsignal(number).map { String(cString: $0) } ?? "signal \(number)"
  }

  /// Waits for a signal that ends the process. `pause(2)`.
  package static func waitForSignal() -> Never {
    while true { pause() }
  }

  /// Where a signal is about to end the process, waits for that.
  static func waitForTermination() {
    while isTerminating.load(ordering: .relaxed) { usleep(1000) }
  }
}

/// Whether a signal has come of which nobody knows yet whether the process goes on.
private let isTerminating = Atomic(false)

/// Written once, before the handler that reads it is installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1
