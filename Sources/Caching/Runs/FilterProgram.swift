internal import APCore
internal import SystemPackage

/// A filter on the command line of `ap-cache`: its program and its words.
struct FilterProgram {
  /// Its name as it was given, then its arguments.
  let words: [String]
  /// Its file.
  let path: String
  /// Whether it is one of the suite's, which can be asked for a description.
  private let isOwn: Bool

  /// Finds the program: a path as it is, a name beside this process's own file, then in `PATH`.
  ///
  /// - Parameter words: at least one.
  /// - Throws: `unavailable`, which says where was looked.
  init(_ words: [String]) throws(FilterError) {
    let name = words[0]
    let own = ThisProcess.executable.map { FileSystem.parent($0) }
    guard let path = SearchPath().find(name, first: own.map { [$0] } ?? []) else {
      throw FilterError(
        .unavailable,
        name.contains("/")
          ? "There is no program \(name)."
          : "There is no program \"\(name)\" next to ap-cache or in PATH.",
        advice: "Actions such as list come first: ap-cache list.")
    }
    self.words = words
    self.path = path
    let base = FileSystem.name(path)
    isOwn =
      base.hasPrefix("ap-")
      && own.map { FileStatus("\($0)/\(base)") == FileStatus(path) } ?? false
  }

  /// The name without folders.
  var name: String { FileSystem.name(words[0]) }

  /// What the filter says of the run. A program of others cannot be asked: all its words count, and
  /// it is taken to read a stream.
  ///
  /// - Returns: nil where the filter did not answer, because it would show its help or refuse its
  ///   options.
  func describe() throws(FilterError) -> RunDescription? {
    guard isOwn else {
      return RunDescription(
        tool: name, version: "", options: ["arguments": JSONValue(Array(words.dropFirst()))],
        repeatability: .repeatable(input: .stream))
    }
    return RunDescription(answer: try ask())
  }

  private func ask() throws(FilterError) -> [UInt8] {
    do {
      let nothing = try FileDescriptor.open("/dev/null", .readWrite, options: .closeOnExec)
      let pipe = try Syscalls.makePipe()
      let process = try Syscalls.spawn(
        path, [words[0], RunDescription.question] + words.dropFirst(),
        descriptors: [
          (nothing, as: .standardInput), (pipe.write, as: .standardOutput),
          (nothing, as: .standardError),
        ])
      try nothing.close()
      try pipe.write.close()
      var answer: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try pipe.read.readSome(into: $0) }
        if count == 0 { break }
        answer.append(contentsOf: buffer[..<count])
      }
      try pipe.read.close()
      Syscalls.waitForEnd(of: process)
      return Syscalls.reap(process) == (0, 0) ? answer : []
    } catch {
      throw cannotStart(error)
    }
  }

  /// Becomes the filter: from here on there is no cache.
  ///
  /// - Throws: `unavailable` where it cannot be started.
  func become(insteadOf context: FilterContext) throws(FilterError) -> Never {
    context.leave()
    throw cannotStart(Syscalls.become(path, words))
  }

  func cannotStart(_ error: any Error) -> FilterError {
    FilterError(.unavailable, "Cannot start \(path): \(error).", underlying: error)
  }
}
