internal import CLinux
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
  static func retrying<Result: SignedInteger>(
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

  /// Begins to put a part of a file on the disk; whoever flushes the file has less to wait for. `sync_file_range(2)`.
  static func beginFlush(of descriptor: FileDescriptor, _ part: Range<Int>) {
    // What fails here fails when all is flushed, and is said then.
    _ = ap_sync_file_range(
      descriptor.rawValue, part.lowerBound, part.count, UInt32(SYNC_FILE_RANGE_WRITE))
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

  /// Sets an environment variable, before there are other threads. `setenv(3)`.
  package static func setEnvironment(_ name: String, _ value: String) {
    setenv(name, value.platformString, 1)
  }
}

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
