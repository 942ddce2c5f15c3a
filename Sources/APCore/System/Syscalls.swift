import Synchronization
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The system's calls under names that say what they do, with errors instead of `errno`.
package enum Syscalls {
  /// Calls until no signal interrupts.
  private static func retrying<Result: SignedInteger>(
    _ call: () -> Result
  ) throws(Errno) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      let error = Errno(rawValue: errno)
      if error != .interrupted { throw error }
    }
  }

  /// Reads what is there, at least one byte; 0 at the end. `read(2)`.
  static func readSome(
    _ descriptor: FileDescriptor, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    while true {
      do {
        return try retrying { read(descriptor.rawValue, buffer.baseAddress, buffer.count) }
      } catch .wouldBlock {
        try wait(for: descriptor, POLLIN)
      }
    }
  }

  /// Writes all of it, in as many calls as it takes. `write(2)`.
  package static func writeAll(
    _ descriptor: FileDescriptor, _ bytes: UnsafeRawBufferPointer
  ) throws(Errno) {
    var done = 0
    while done < bytes.count {
      do {
        done += try retrying {
          write(descriptor.rawValue, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        }
      } catch .wouldBlock {
        try wait(for: descriptor, POLLOUT)
      }
    }
  }

  /// Lets a pipe hold 1 MiB, so that its ends wait for each other less often; one that must not grow stays as it is.
  /// `fcntl(2)`.
  static func widen(_ pipe: FileDescriptor) {
    #if os(Linux)
      _ = fcntl(pipe.rawValue, setPipeSize, 1 << 20)
    #endif
  }

  /// `F_SETPIPE_SZ`, which Swift does not get to see.
  private static let setPipeSize: Int32 = 1031

  /// Waits until a descriptor that another process made non-blocking can go on. `poll(2)`.
  private static func wait(for descriptor: FileDescriptor, _ event: Int32) throws(Errno) {
    var request = pollfd(fd: descriptor.rawValue, events: Int16(event), revents: 0)
    _ = try retrying { poll(&request, 1, -1) }
  }

  /// Waits until something can be read, or the end is there. `poll(2)`.
  ///
  /// - Returns: the places of the descriptors of which that is so.
  package static func waitForInput(_ descriptors: [FileDescriptor]) throws(Errno) -> [Int] {
    var requests = descriptors.map { descriptor in
      pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    }
    _ = try retrying { poll(&requests, nfds_t(requests.count), -1) }
    return requests.indices.filter { requests[$0].revents != 0 }
  }

  /// Gives closed standard descriptors something that fails when it is used, so that no file that
  /// is opened later takes their place. `fcntl(2)`, `open(2)`.
  package static func occupyStandardDescriptors() {
    for number in 0...2 as ClosedRange<Int32> where fcntl(number, F_GETFD) < 0 {
      _ = open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Whether a person sits at the other end. `isatty(3)`.
  static func isTerminal(_ descriptor: FileDescriptor) -> Bool {
    isatty(descriptor.rawValue) == 1
  }

  /// Whether so many bytes of memory could be had now. `mmap(2)`.
  static func canMap(_ bytes: Int) -> Bool {
    guard let memory = map(bytes) else { return false }
    unmap(memory)
    return true
  }

  /// Memory of its own, nil where it is refused; pages that nobody touches take none. `mmap(2)`.
  static func map(_ bytes: Int) -> UnsafeMutableRawBufferPointer? {
    guard
      let address = mmap(
        nil, max(bytes, 1), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      address != MAP_FAILED
    else { return nil }
    return UnsafeMutableRawBufferPointer(start: address, count: max(bytes, 1))
  }

  /// Gives back what `map` gave.
  static func unmap(_ memory: UnsafeMutableRawBufferPointer) {
    munmap(memory.baseAddress, memory.count)
  }

  /// The width of a terminal in characters; nil where it does not say. `ioctl(2)`.
  static func columns(of descriptor: FileDescriptor) -> Int? {
    var size = winsize()
    guard ioctl(descriptor.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Whether another process is at the other end. `fstat(2)`.
  static func isPipe(_ descriptor: FileDescriptor) -> Bool {
    guard let status = try? FileStatus(reading: descriptor) else { return false }
    return status.type == .fifo || status.type == .socket
  }

  /// Creates a file that did not exist, under a name ending in random characters, closed on exec.
  /// `open(2)`.
  static func createUnique(prefix: String) throws(Errno) -> (path: String, FileDescriptor) {
    while true {
      let path = prefix + UniqueText.make()
      do {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
        return (
          path, FileDescriptor(rawValue: try retrying { open(path.platformString, flags, 0o666) })
        )
      } catch .fileExists {
        continue
      }
    }
  }

  /// Renames, over what is there. `rename(2)`.
  static func rename(_ source: String, over target: String) throws(Errno) {
    _ = try retrying {
      renameat(AT_FDCWD, source.platformString, AT_FDCWD, target.platformString)
    }
  }

  /// Whether the open file is still in a folder. `fstat(2)`.
  static func hasName(_ descriptor: FileDescriptor) -> Bool {
    var state = stat()
    return fstat(descriptor.rawValue, &state) == 0 && state.st_nlink > 0
  }

  /// Puts on the disk what was written; no matter where a file system cannot. `fsync(2)`.
  static func flush(_ descriptor: FileDescriptor) throws(Errno) {
    do {
      _ = try retrying { fsync(descriptor.rawValue) }
    } catch .invalidArgument, .notSupported {
    }
  }

  /// Gives a file its second name, which must be free. `link(2)`.
  static func link(_ source: String, to target: String) throws(Errno) {
    _ = try retrying {
      linkat(AT_FDCWD, source.platformString, AT_FDCWD, target.platformString, 0)
    }
  }

  /// Throws where this is not a folder, or none that a file can be made in. `access(2)`.
  static func checkWritableFolder(_ path: String) throws(Errno) {
    _ = try retrying { access("\(path)/.".platformString, W_OK | X_OK) }
  }

  /// A whole file, or `limit` bytes of it. `open(2)`, `read(2)`.
  package static func readFile(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
    let file = FileDescriptor(
      rawValue: try retrying { open(path.platformString, O_RDONLY | O_CLOEXEC) })
    // Nothing was written, so that closing cannot lose anything.
    defer { try? close(file) }
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      let done = count
      var free = bytes.mutableSpan
      let part = try free.withUnsafeMutableBytes { bytes throws(Errno) in
        try readSome(file, into: UnsafeMutableRawBufferPointer(rebasing: bytes[done...]))
      }
      if part == 0 { break }
      count += part
    }
    return Array(bytes[..<count])
  }

  /// Lets this process have as many open files as it may. `setrlimit(2)`.
  package static func allowManyFiles() {
    var limit = rlimit()
    guard getrlimit(openFiles, &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    // Where it is refused, the file that is one too many says so.
    setrlimit(openFiles, &limit)
  }

  #if canImport(Glibc)
    private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #else
    private static let openFiles = RLIMIT_NOFILE
  #endif

  /// Flushes what another program must not miss. `close(2)`.
  static func close(_ descriptor: FileDescriptor) throws(Errno) {
    // Linux frees the descriptor even where a signal interrupts, so this is called once.
    do {
      try descriptor.close()
    } catch {
      throw (error as? Errno) ?? .ioError
    }
  }

  /// Nanoseconds since 1970.
  package static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// The parts of a point in time in UTC. `gmtime_r(3)`.
  package static func calendar(
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

  /// Seconds of a clock that only goes forward.
  static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds that this process's threads have spent on processors.
  static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// The most bytes of memory that this process has had; nil where the system does not say.
  ///
  /// Not `getrusage(2)`, which counts what the process had before it became this program.
  static func peakMemory() -> Int? { bytes("VmHWM", in: "/proc/self/status") }

  /// The bytes of memory that this process has now; nil where the system does not say.
  static func residentMemory() -> Int? { bytes("VmRSS", in: "/proc/self/status") }

  /// The bytes of memory that programs can still have before the system runs out of it; nil where it does not say.
  static func availableMemory() -> Int? {
    bytes("MemAvailable", in: "/proc/meminfo").map {
      $0 + (bytes("SwapFree", in: "/proc/meminfo") ?? 0)
    }
  }

  /// What a line of a file tells in KiB.
  private static func bytes(_ name: String, in file: String) -> Int? {
    guard let text = try? readFile(file, limit: 8192) else { return nil }
    let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("\(name):") }) else { return nil }
    return Int(line.filter(\.isNumber)).map { $0 * 1024 }
  }

  /// Sets an environment variable, before there are other threads. `setenv(3)`.
  package static func setEnvironment(_ name: String, _ value: String) {
    setenv(name, value.platformString, 1)
  }

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
    var ends: [Int32] = [-1, -1]
    _ = try retrying { pipe(&ends) }
    for end in ends { _ = try retrying { fcntl(end, F_SETFD, FD_CLOEXEC) } }
    // The handler may run on any thread at any time: it may do no more than write(2).
    signalPipe = ends[1]
    let input = ends[0]
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

  /// Where a signal is about to end the process, waits for that.
  static func waitForTermination() {
    while isTerminating.load(ordering: .relaxed) { usleep(1000) }
  }
}

/// Whether a signal has come of which nobody knows yet whether the process goes on.
private let isTerminating = Atomic(false)

/// Written once, before the handler that reads it is installed.
nonisolated(unsafe) private var signalPipe: Int32 = -1

extension FileDescriptor {
  /// Whether a person sits at the other end. `isatty(3)`.
  package var isTerminal: Bool {
    Syscalls.isTerminal(self)
  }

  /// Whether another process sits there: a pipe or a socket.
  package var isPipe: Bool {
    Syscalls.isPipe(self)
  }

  /// Reads what is there, at least one byte; 0 at the end. Waits also where another process made
  /// the descriptor non-blocking.
  package func readSome(into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
    try Syscalls.readSome(self, into: buffer)
  }

  /// Puts on the disk what was written.
  package func flush() throws(Errno) {
    try Syscalls.flush(self)
  }

  /// Writes all of it, in as many calls as it takes.
  package func writeWhole(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
    try Syscalls.writeAll(self, bytes)
  }
}
