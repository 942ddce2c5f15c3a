// Every system call of this library stands in this file.

internal import Glibc
internal import SystemPackage

/// The system's calls under names that say what they do, with errors instead of `errno`.
enum Syscalls {
  private static func check(_ result: Int32) throws(Errno) {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }

  // MARK: Files

  /// What tells one state of a file from another. `stat(2)`.
  struct FileState: Equatable {
    let device: UInt
    let inode: UInt
    let size: Int
    /// Nanoseconds since 1970 of the last change of its bytes.
    let modified: Int
    /// Nanoseconds since 1970 of the last change of its bytes or its names.
    let changed: Int
    let isRegular: Bool
    let isExecutable: Bool
  }

  static func state(of path: String) -> FileState? {
    var state = stat()
    return stat(path, &state) == 0 ? FileState(state) : nil
  }

  static func state(of descriptor: FileDescriptor) -> FileState? {
    var state = stat()
    return fstat(descriptor.rawValue, &state) == 0 ? FileState(state) : nil
  }

  /// Makes a folder that only this user can read and that did not exist. `mkdir(2)`.
  static func makeNewFolder(_ path: String) throws(Errno) {
    try check(mkdir(path, 0o700))
  }

  /// Gives a file or folder another name; a folder with something in it is not replaced. `rename(2)`.
  static func move(_ source: String, to target: String) throws(Errno) {
    try check(rename(source, target))
  }

  /// Removes a file. `unlink(2)`.
  static func remove(_ path: String) {
    unlink(path)
  }

  /// Removes a folder that has nothing in it. `rmdir(2)`.
  static func removeEmptyFolder(_ path: String) {
    rmdir(path)
  }

  /// Says that a file was used now. `utimensat(2)`.
  static func touch(_ path: String) {
    utimensat(AT_FDCWD, path, nil, 0)
  }

  /// Takes the lock that goes with an open file, and goes when its last descriptor is closed, also
  /// by the process's end. `flock(2)`.
  ///
  /// - Parameter waits: whether to wait for another process that has it.
  /// - Returns: whether it was got.
  static func lock(_ descriptor: FileDescriptor, waits: Bool) -> Bool {
    while flock(descriptor.rawValue, waits ? LOCK_EX : LOCK_EX | LOCK_NB) != 0 {
      if errno != EINTR { return false }
    }
    return true
  }

  // MARK: Time

  /// Nanoseconds since 1970.
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// The parts of a point in time in UTC. `gmtime_r(3)`.
  static func calendar(
    nanoseconds: Int
  ) -> (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    var seconds = nanoseconds / 1_000_000_000
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return (
      Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
      Int(parts.tm_min), Int(parts.tm_sec)
    )
  }

  // MARK: Processes

  /// A pipe whose ends are closed on exec. `pipe(2)`.
  static func makePipe() throws(Errno) -> (read: FileDescriptor, write: FileDescriptor) {
    var ends: [Int32] = [-1, -1]
    try check(pipe(&ends))
    for end in ends { try check(fcntl(end, F_SETFD, FD_CLOEXEC)) }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }

  /// The signal of a write that nobody will read.
  static let brokenPipe = SIGPIPE

  /// Makes writes beyond the limit of a file's size fail instead of ending the process.
  static func ignoreSizeLimits() {
    signal(SIGXFSZ, SIG_IGN)
  }

  /// What this process ignores and its children shall not.
  private static let ignored = [SIGPIPE, SIGXFSZ]

  /// Becomes another program; comes back only where that fails. `execv(3)`.
  static func become(_ path: String, _ words: [String]) -> Errno {
    for number in ignored { signal(number, SIG_DFL) }
    let words = CStrings(words)
    execv(path, words.pointers)
    return Errno(rawValue: errno)
  }

  /// Starts a program. `posix_spawn(3)`.
  ///
  /// - Parameter descriptors: what takes the places of standard descriptors.
  static func spawn(
    _ path: String, _ words: [String], descriptors: [(FileDescriptor, as: FileDescriptor)]
  ) throws(Errno) -> pid_t {
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
    var process = pid_t()
    let words = CStrings(words)
    let status = posix_spawn(&process, path, &actions, &attributes, words.pointers, environ)
    guard status == 0 else { throw Errno(rawValue: status) }
    return process
  }

  /// Waits until a process has ended, and leaves it for `reap`. `waitid(2)`.
  static func waitForEnd(of process: pid_t) {
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
  }

  /// Takes the status of a process that has ended. `waitpid(2)`.
  ///
  /// - Returns: the status it exited with, or the signal that ended it.
  static func reap(_ process: pid_t) -> (status: Int32, signal: Int32) {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return (status >> 8 & 0xff, status & 0x7f)
  }
}

extension Syscalls.FileState {
  fileprivate init(_ state: stat) {
    device = UInt(state.st_dev)
    inode = UInt(state.st_ino)
    size = Int(state.st_size)
    modified = state.st_mtim.tv_sec * 1_000_000_000 + state.st_mtim.tv_nsec
    changed = state.st_ctim.tv_sec * 1_000_000_000 + state.st_ctim.tv_nsec
    isRegular = state.st_mode & S_IFMT == S_IFREG
    isExecutable = state.st_mode & 0o111 != 0
  }
}

/// A null-terminated list of C strings.
private final class CStrings {
  let pointers: [UnsafeMutablePointer<CChar>?]

  init(_ strings: [String]) {
    pointers = strings.map { strdup($0) } + [nil]
  }

  deinit {
    pointers.forEach { free($0) }
  }
}
