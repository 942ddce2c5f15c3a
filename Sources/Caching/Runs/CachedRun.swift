package import APCore
internal import Digests
internal import SystemPackage

/// What `ap-cache` is asked to do: to be a filter, from memory where it can.
package struct CachedRun: Sendable {
  /// The filter's name and arguments; at least the name.
  package var command: [String]
  /// Whether there is a cache at all.
  package var isOn = true
  /// Whether the stream's bytes decide, whatever its header says.
  package var hashesInput = false
  /// The most bytes that the cache may hold; nil for no limit.
  package var maxSize: Int?

  /// A run of that filter.
  package init(_ command: [String]) {
    precondition(!command.isEmpty, "command must have the filter's name")
    self.command = command
  }

  /// Does what the filter would do, and ends the process as the filter would.
  ///
  /// - Throws: `usage` where the filter's work is not all in its output; `unavailable` where it
  ///   cannot be found; of a replay: what is wrong with the input, `io`, `brokenPipe`.
  package func run(in context: FilterContext) throws(FilterError) {
    let program = try FilterProgram(command)
    guard isOn, !FileDescriptor.standardOutput.isTerminal, let description = try program.describe()
    else { try program.become(insteadOf: context) }
    let source: Repeatability.Input
    let paths: [String]
    switch description.repeatability {
    case .effective(let sentence):
      throw FilterError(
        .usage, "\(program.name) cannot be cached. \(sentence)",
        advice: "Put ap-cache before a filter that writes nothing but a stream.")
    case .changing: try program.become(insteadOf: context)
    case .repeatable(let input, let files, _): (source, paths) = (input, files)
    }
    guard source == .none || !FileDescriptor.standardInput.isTerminal else {
      try program.become(insteadOf: context)
    }
    guard let store = CacheStore.standard() else {
      context.log.warning("Neither XDG_CACHE_HOME nor HOME is set: nothing is cached.")
      try program.become(insteadOf: context)
    }
    // What cannot be read is the filter's to say.
    guard let executable = try? store.digests.digest(of: program.path),
      let files = try? paths.map({ path in (path, try store.digests.digest(of: path)) })
    else { try program.become(insteadOf: context) }

    let input = try OpenedInput(source, hashesStream: hashesInput, log: context.log)
    let run = input.key.map { key in
      KeyedRun(
        tool: description.tool, version: description.version, executable: executable.sha256,
        options: description.options,
        files: files.map { path, entry in
          .init(name: FileSystem.name(path), sha256: entry.sha256)
        }, input: key)
    }
    if let run {
      if let execution = store.find(run.key, log: context.log) {
        context.log.debug("Found \(run.key) in the cache.")
        // Else an old one would be taken for this run's.
        if let report = description.report { try context.report.open(report) }
        return try Replay(execution: execution, store: store, input: input.passing).run(in: context)
      }
      context.log.debug("Did not find \(run.key) in the cache.")
    }
    try FilterRun(
      program: program, input: input.passing, run: run, store: store, maxSize: maxSize,
      isCurrent: { executable.isCurrent && files.allSatisfy(\.1.isCurrent) }
    ).run(in: context)
  }
}

/// Standard input, looked at as far as it takes to know what it is.
private struct OpenedInput {
  /// What it is; nil where that cannot be known.
  let key: KeyedRun.Input?
  /// What is to be passed to the filter; nil where the filter has standard input itself.
  let passing: StandardInput?

  init(_ source: Repeatability.Input, hashesStream: Bool, log: Log) throws(FilterError) {
    switch source {
    case .none:
      (key, passing) = (KeyedRun.Input.none, nil)
    case .bytes:
      // A filter may do more with a file than with a pipe, so it gets what is there.
      if let sha256 = Self.digestOfRegularFile() {
        (key, passing) = (.file(sha256: sha256), nil)
        return
      }
      let input = StandardInput(isStream: false)
      let sha256 = try input.readAll()
      if sha256 == nil { Self.warn(log) }
      (key, passing) = (sha256.map { .bytes(sha256: $0, file: nil) }, input)
    case .stream:
      let input = StandardInput(isStream: true)
      passing = input
      guard let header = try input.readHeader() else {
        key = nil
        return
      }
      if header.isTelling, !hashesStream {
        key = .header(header)
        return
      }
      log.debug("The header alone does not identify the stream: all of it is read first.")
      let sha256 = try input.readAll()
      if sha256 == nil { Self.warn(log) }
      key =
        input.isWhole ? sha256.map { .bytes(sha256: $0, file: header.source?.file) } : nil
    }
  }

  private static func warn(_ log: Log) {
    log.warning(
      "The input does not fit into the folder for temporary files: nothing is cached."
        + " Give --temp-dir a folder with room.")
  }

  private static func digestOfRegularFile() -> String? {
    guard let state = try? FileStatus(reading: .standardInput), state.isFile,
      let start = try? FileDescriptor.standardInput.seek(offset: 0, from: .current)
    else { return nil }
    var digest = Digest()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset = start
    while true {
      let count = try? buffer.withUnsafeMutableBytes {
        try FileDescriptor.standardInput.read(fromAbsoluteOffset: offset, into: $0)
      }
      guard let count else { return nil }
      if count == 0 { return digest.text }
      buffer.withUnsafeBytes { digest.add(.init(rebasing: $0[..<count])) }
      offset += Int64(count)
    }
  }
}
