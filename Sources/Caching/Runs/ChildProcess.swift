internal import APCore
internal import SystemPackage

/// A filter at work. While it is, signals that would end this process go to it instead.
struct ChildProcess {
  private let process: Int32

  /// Starts a program on descriptors that take the places of its standard ones; where none is given
  /// it has this process's own.
  ///
  /// - Throws: `unavailable` where it cannot be started.
  init(
    _ program: FilterProgram, input: FileDescriptor? = nil, output: FileDescriptor
  ) throws(FilterError) {
    var descriptors: [(FileDescriptor, as: FileDescriptor)] = [(output, as: .standardOutput)]
    if let input { descriptors.append((input, as: .standardInput)) }
    do {
      process = try SignalRelay.shared.start { () throws(Errno) in
        try Syscalls.spawn(program.path, program.words, descriptors: descriptors)
      }
    } catch {
      throw program.cannotStart(error)
    }
  }

  /// Waits for its end.
  func wait() -> ProcessEnd {
    Syscalls.waitForEnd(of: process)
    var end = ProcessEnd.exit(0)
    SignalRelay.shared.stop {
      let (status, signal) = Syscalls.reap(process)
      end = signal == 0 ? .exit(status) : .signal(signal)
    }
    return end
  }
}
