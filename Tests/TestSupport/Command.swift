import Glibc
import SystemPackage

/// A program to run in a test: a built filter, or one that every machine has.
package struct Command: Sendable {
  /// The program's path.
  package var executable: String
  /// What follows its name.
  package var arguments: [String]
  /// Variables on top of the test's own environment.
  package var environment: [String: String]
  /// Whether it starts with SIGPIPE ignored, as some parents leave it.
  package var ignoresBrokenPipes = false

  /// A command of that program.
  package init(
    executable: String, _ arguments: [String], environment: [String: String] = [:]
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
  }

  /// A filter of this package, as it was just built.
  package init(_ filter: String, _ arguments: String..., environment: [String: String] = [:]) {
    self.init(executable: "\(Self.products)/\(filter)", arguments, environment: environment)
  }

  /// A program found in `PATH`.
  package static func tool(_ name: String, _ arguments: String...) -> Command {
    Command(executable: "/usr/bin/env", [name] + arguments)
  }

  /// The command with its peak memory written to a file, in bytes.
  ///
  /// Python starts it, because the kernel counts the memory of the process that starts another as
  /// the other's too, and a test process is large.
  package func recordingPeakMemory(in file: String) -> Command {
    let script = """
      import resource, subprocess, sys
      status = subprocess.call(sys.argv[2:])
      peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
      open(sys.argv[1], "w").write(str(peak))
      sys.exit(status if status >= 0 else 128 - status)
      """
    return Command(
      executable: "/usr/bin/env", ["python3", "-c", script, file, executable] + arguments,
      environment: environment)
  }

  /// The folder of the built binaries: the test bundle lies beside them.
  package static let products: String = {
    let path = FilePath(CommandLine.arguments[0])
    return path.removingLastComponent().string
  }()
}

/// How a command ended.
package struct Outcome: Sendable {
  /// The exit status, or 128 and the signal that ended it, as a shell says it.
  package let status: Int32
  /// What it wrote to standard output. Of a pipeline, only the last has it.
  package let output: [UInt8]
  /// What it wrote to standard error.
  package let errors: String
  /// What it took of processors, whatever ran beside it.
  package let processorTime: Duration

  /// Standard output as text.
  package var text: String { String(decoding: output, as: UTF8.self) }
  /// The lines of standard error.
  package var errorLines: [String] { errors.split(separator: "\n").map(String.init) }
}

/// What a test's own machinery could not do.
package struct TestSupportError: Error, CustomStringConvertible {
  /// What happened.
  package let description: String

  /// An error that says this.
  package init(_ description: String) {
    self.description = description
  }
}
