internal import Glibc
package import SystemPackage

extension Syscalls {
  /// A pipe whose ends are closed on exec. `pipe(2)`.
  package static func makePipe() throws(Errno) -> (read: FileDescriptor, write: FileDescriptor) {
    var ends: [Int32] = [-1, -1]
    try check(pipe(&ends))
    for end in ends { try check(fcntl(end, F_SETFD, FD_CLOEXEC)) }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  /// Becomes another program; comes back only where that fails. `execv(3)`.
  package static func become(_ path: String, _ words: [String]) -> Errno {
    for number in ignored { signal(number, SIG_DFL) }
    let words = CStrings(words)
    execv(path.platformString, words.pointers)
    return Errno(rawValue: errno)
  }

  /// Starts a program. `posix_spawn(3)`.
  ///
  /// - Parameter descriptors: what takes the places of standard descriptors.
  package static func spawn(
    _ path: String, _ words: [String], descriptors: [(FileDescriptor, as: FileDescriptor)]
  ) throws(Errno) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (source, target) in descriptors {
      posix_spawn_file_actions_adddup2(&actions, source.rawValue, target.rawValue)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in ignored { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process = Int32()
    let words = CStrings(words)
    let status = posix_spawn(
      &process, path.platformString, &actions, &attributes, words.pointers, environ)
    guard status == 0 else { throw Errno(rawValue: status) }
    return process
  }

  /// Waits until a process has ended, and leaves it for `reap`. `waitid(2)`.
  package static func waitForEnd(of process: Int32) {
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
  }

  /// Takes the status of a process that has ended. `waitpid(2)`.
  ///
  /// - Returns: the status it exited with, or the signal that ended it.
  package static func reap(_ process: Int32) -> (status: Int32, signal: Int32) {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return (status >> 8 & 0xff, status & 0x7f)
  }

  private static func check(_ result: Int32) throws(Errno) {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }
}

/// A null-terminated list of C strings.
private final class CStrings {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ strings: [String]) {
    pointers = strings.map { strdup($0.platformString) } + [nil]
  }

  deinit {
    pointers.forEach { free($0) }
  }
}
