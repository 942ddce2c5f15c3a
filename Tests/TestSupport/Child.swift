import Glibc

/// A started process.
struct Child {
  let process: pid_t

  /// Starts a command on the given descriptors; all others must be closed on exec.
  init(_ command: Command, input: Int32, output: Int32, errors: Int32) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (source, target) in [(input, 0), (output, 1), (errors, 2)] as [(Int32, Int32)] {
      posix_spawn_file_actions_adddup2(&actions, source, target)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    // The threads that run tests block signals, which a child would inherit.
    posix_spawnattr_setsigmask(&attributes, &signals)
    // Whoever runs the tests may ignore some of these, as nohup does, which a child would inherit too.
    var heard = [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
    if !command.ignoresBrokenPipes { heard.append(SIGPIPE) }
    for signal in heard { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process = pid_t()
    let arguments = CStrings([command.executable] + command.arguments)
    let environment = CStrings(Self.environment(adding: command.environment))
    let status = posix_spawn(
      &process, command.executable, &actions, &attributes, arguments.pointers, environment.pointers)
    guard status == 0 else {
      throw TestSupportError("\(command.executable): \(String(cString: strerror(status)))")
    }
    self.process = process
  }

  /// Waits for its end.
  ///
  /// - Returns: its status, or 128 and the signal that ended it; and the processor time it took.
  func wait() throws -> (status: Int32, processorTime: Duration) {
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0 {
      guard errno == EINTR else { throw TestSupportError("wait4: \(errno)") }
    }
    let signal = status & 0x7f
    let times = [usage.ru_utime, usage.ru_stime].map { time in
      Duration.seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }
    return (signal == 0 ? status >> 8 & 0xff : 128 + signal, times[0] + times[1])
  }

  private static func environment(adding variables: [String: String]) -> [String] {
    // The settings and the models of whoever runs the tests are none of the tests'.
    var own = ["XDG_CONFIG_HOME": "/dev/null"]
    if variables["HOME"] == nil { own["XDG_DATA_HOME"] = "/dev/null" }
    let variables = own.merging(variables) { $1 }
    var lines: [String] = []
    var next = environ
    while let line = next.pointee {
      let text = String(cString: line)
      if variables[String(text.prefix { $0 != "=" })] == nil { lines.append(text) }
      next += 1
    }
    return lines + variables.map { "\($0.key)=\($0.value)" }
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
