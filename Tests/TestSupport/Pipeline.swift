import Glibc
import Synchronization

extension Command {
  /// Runs the command and waits for it; see `Pipeline.run`.
  package func run(_ input: Input = .bytes([])) throws -> Outcome {
    try Pipeline([self]).run(input)[0]
  }
}

/// What a command reads on standard input.
package enum Input: Sendable {
  /// A pipe with these bytes.
  case bytes([UInt8])
  /// A file.
  case file(String)
}

/// Commands in a row, each reading what the one before it wrote, through real pipes.
package struct Pipeline: Sendable {
  /// From first to last; at least one.
  package var commands: [Command]
  /// A file that takes the last command's output, as with `>`; nil to collect it.
  package var outputFile: String?
  /// Closes the pipe after the last command once it has given this many bytes, as `head -c` does.
  package var outputLimit: Int?
  /// The run fails if it takes longer, in seconds.
  package var timeLimit = 120.0

  /// A pipeline of these commands.
  package init(_ commands: [Command], outputFile: String? = nil, outputLimit: Int? = nil) {
    self.commands = commands
    self.outputFile = outputFile
    self.outputLimit = outputLimit
  }

  /// Descriptors of one child must not reach another that starts at the same time, or its end of
  /// input would never come.
  private static let spawning = Mutex<Void>(())

  /// Runs all commands at once and waits for them.
  ///
  /// - Returns: an outcome a command, in their order.
  package func run(_ input: Input = .bytes([])) throws -> [Outcome] {
    signal(SIGPIPE, SIG_IGN)
    var children: [Child] = []
    var feed: Feed?
    var collectors: [Collector] = []
    try Self.spawning.withLock { _ in
      var next: Int32
      switch input {
      case .bytes(let bytes):
        let ends = try makePipe()
        next = ends.read
        feed = Feed(descriptor: ends.write, bytes: bytes)
      case .file(let path):
        next = try check(open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
      }
      for (index, command) in commands.enumerated() {
        let isLast = index == commands.count - 1
        let errors = try makePipe()
        let output: (read: Int32, write: Int32)
        if isLast, let outputFile {
          let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
          output = (-1, try check(open(outputFile, flags, 0o600), "open \(outputFile)"))
        } else {
          output = try makePipe()
        }
        children.append(
          try Child(command, input: next, output: output.write, errors: errors.write))
        for descriptor in [next, output.write, errors.write] { close(descriptor) }
        collectors.append(Collector(descriptor: errors.read))
        next = output.read
      }
      collectors.append(Collector(descriptor: next, limit: outputLimit))
    }
    try transfer(feed: &feed, collectors: &collectors, children: children)
    return try children.enumerated().map { index, child in
      let end = try child.wait()
      return Outcome(
        status: end.status, output: index == children.count - 1 ? collectors.last!.bytes : [],
        errors: String(decoding: collectors[index].bytes, as: UTF8.self),
        processorTime: end.processorTime)
    }
  }

  private func transfer(
    feed: inout Feed?, collectors: inout [Collector], children: [Child]
  ) throws {
    let deadline = ContinuousClock.now + .seconds(timeLimit)
    while feed?.isOpen == true || collectors.contains(where: \.isOpen) {
      guard ContinuousClock.now < deadline else {
        children.forEach { kill($0.process, SIGKILL) }
        feed?.end()
        for index in collectors.indices { collectors[index].end() }
        for child in children { _ = try child.wait() }
        throw TestSupportError("\(commands.map(\.executable)) took more than \(timeLimit) s")
      }
      var requests = collectors.map { collector in
        pollfd(fd: collector.descriptor, events: Int16(POLLIN), revents: 0)
      }
      requests.append(pollfd(fd: feed?.descriptor ?? -1, events: Int16(POLLOUT), revents: 0))
      guard poll(&requests, nfds_t(requests.count), 1000) >= 0 || errno == EINTR else {
        throw TestSupportError("poll: \(errno)")
      }
      for index in collectors.indices where requests[index].revents != 0 {
        collectors[index].advance()
      }
      if requests[collectors.count].revents != 0 { feed?.advance() }
    }
  }
}

private func makePipe() throws -> (read: Int32, write: Int32) {
  var ends: [Int32] = [-1, -1]
  _ = try check(pipe(&ends), "pipe")
  for end in ends { _ = try check(fcntl(end, F_SETFD, FD_CLOEXEC), "fcntl") }
  return (ends[0], ends[1])
}

/// The result of a system call, which must not have failed.
package func check(_ result: Int32, _ call: String) throws -> Int32 {
  guard result >= 0 else { throw TestSupportError("\(call): \(String(cString: strerror(errno)))") }
  return result
}

/// Bytes on their way to a child.
private struct Feed {
  private(set) var descriptor: Int32
  private let bytes: [UInt8]
  private var done = 0

  init(descriptor: Int32, bytes: [UInt8]) {
    self.descriptor = descriptor
    self.bytes = bytes
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    if bytes.isEmpty { end() }
  }

  var isOpen: Bool { descriptor >= 0 }

  mutating func advance() {
    let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
    if count < 0, errno == EAGAIN || errno == EINTR { return }
    done += max(count, 0)
    // A child that reads no more is its own affair.
    if count < 0 || done == bytes.count { end() }
  }

  mutating func end() {
    if isOpen { close(descriptor) }
    descriptor = -1
  }
}

/// Bytes that come from a child.
private struct Collector {
  private(set) var descriptor: Int32
  private(set) var bytes: [UInt8] = []
  private let limit: Int

  init(descriptor: Int32, limit: Int? = nil) {
    self.descriptor = descriptor
    self.limit = limit ?? .max
    if limit == 0 { end() }
  }

  var isOpen: Bool { descriptor >= 0 }

  mutating func advance() {
    let count = withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 1) { buffer in
      let count = read(descriptor, buffer.baseAddress, min(buffer.count, limit - bytes.count))
      bytes.append(contentsOf: buffer[..<max(count, 0)])
      return count
    }
    if count < 0, errno == EINTR { return }
    if count <= 0 || bytes.count == limit { end() }
  }

  mutating func end() {
    if isOpen { close(descriptor) }
    descriptor = -1
  }
}
