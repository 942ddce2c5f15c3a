package import SystemPackage

/// A file that gets its name when it is whole. Until then it lies beside its place under a name of
/// its own, and goes away with this value, with the process, or when a signal ends that. Where it
/// cannot, as after SIGKILL, the next file for the same place clears it away.
///
/// A pipe or a device never makes way for a file. It can take what is written, at once, or is refused.
package final class PartialFile {
  /// What has the place of a file and is none, links followed.
  package enum Obstacle {
    case folder
    /// A pipe, a device, a socket, or what a descriptor of this process has open, be it a file.
    case pipe

    /// nil where a file can be.
    package init?(at path: String) {
      guard let status = FileStatus(path) else { return nil }
      if status.isFolder {
        self = .folder
      } else if !status.isFile || FileSystem.leadsToDescriptor(path) {
        self = .pipe
      } else {
        return nil
      }
    }

    /// That no file can be there.
    package func error(at path: String, advice: String) -> FilterError {
      FilterError(
        .cannotCreate, "\(path) exists and is not a regular file.", advice: advice)
    }
  }

  /// The name it will get.
  package let target: String
  /// The name it has now; that of a pipe is its own.
  package let path: String
  /// Open for writing, a file also for reading; closed on exec.
  package let descriptor: FileDescriptor
  private let overwrites: Bool
  private let isPipe: Bool
  private var isOpen = true

  /// Creates the file, empty, or opens the pipe, which waits for its reader.
  ///
  /// - Parameters:
  ///   - overwriting: whether a file at `target` may be replaced.
  ///   - takesPipe: whether a pipe or a device there is written into.
  /// - Throws: `cannotCreate` where that is not so, or the folder takes no file.
  package init(
    for target: String, overwriting: Bool, takesPipe: Bool = false
  ) throws(FilterError) {
    let obstacle = Obstacle(at: target)
    isPipe = obstacle == .pipe && takesPipe
    if let obstacle, !isPipe {
      let advice = obstacle == .folder ? "Name a file in it." : "Give another name."
      throw obstacle.error(at: target, advice: advice)
    }
    guard overwriting || isPipe || !FileSystem.exists(target) else { throw Self.exists(target) }
    self.target = target
    overwrites = overwriting
    do {
      if isPipe {
        path = target
        // What a descriptor has written to a file before stays.
        descriptor = try .open(target, .writeOnly, options: [.append, .closeOnExec])
      } else {
        let name = PartialName(for: target)
        name.removeLeftovers()
        (path, descriptor) = try TemporaryFiles.shared.create(name)
      }
    } catch {
      throw FilterError(.cannotCreate, "Cannot create \(target): \(error).", underlying: error)
    }
  }

  /// Removes what processes left behind that were to give `target` its file, and are gone.
  package static func removeLeftovers(of target: String) {
    PartialName(for: target).removeLeftovers()
  }

  /// Writes bytes after those that are there.
  ///
  /// - Throws: `io`.
  package func write(_ bytes: [UInt8]) throws(FilterError) {
    do {
      try bytes.span.withUnsafeBytes { bytes throws(Errno) in
        try Syscalls.writeAll(descriptor, bytes)
      }
    } catch {
      throw FilterError(.io, "Cannot write \(target): \(error).", underlying: error)
    }
  }

  /// Puts what the file holds on the disk: a crash of the machine must not leave an empty file under
  /// its final name. A disk that is full may say so only here.
  ///
  /// - Throws: `io`.
  package func flush() throws(FilterError) {
    guard !isPipe else { return }
    do {
      try descriptor.flush()
    } catch {
      throw FilterError(
        .io, "Cannot write \(target): \(error).", advice: "Is there room on the disk?",
        underlying: error)
    }
  }

  /// Gives the file its name, once it is on the disk, and closes it.
  ///
  /// - Throws: `io` where its last bytes cannot be written; `cannotCreate` where the name has been
  ///   taken meanwhile. The file is gone then.
  package func commit() throws(FilterError) {
    precondition(isOpen, "a file is committed or discarded once")
    isOpen = false
    guard !isPipe else { return try closePipe() }
    defer {
      TemporaryFiles.shared.remove(path)
      // Not before it has its name, since the lock goes too. All its bytes are on the disk.
      try? Syscalls.close(descriptor)
    }
    try flush()
    do {
      try name()
      FileSystem.flushFolder(FileSystem.parent(target))
    } catch .fileExists where !overwrites {
      throw Self.exists(target)
    } catch {
      throw FilterError(.cannotCreate, "Cannot create \(target): \(error).", underlying: error)
    }
  }

  private func closePipe() throws(FilterError) {
    do {
      try Syscalls.close(descriptor)
    } catch {
      throw FilterError(.io, "Cannot write \(target): \(error).", underlying: error)
    }
  }

  private func name() throws(Errno) {
    guard !overwrites else { return try Syscalls.rename(path, over: target) }
    do {
      try Syscalls.link(path, to: target)
    } catch .fileExists {
      throw .fileExists
    } catch {
      // A file system without second names, as FAT is.
      guard !FileSystem.exists(target) else { throw .fileExists }
      try Syscalls.rename(path, over: target)
    }
  }

  /// Removes the file, or closes the pipe.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    if !isPipe { TemporaryFiles.shared.remove(path) }
    // What it held is not wanted, so neither is an error of its last bytes.
    try? Syscalls.close(descriptor)
  }

  deinit {
    discard()
  }

  private static func exists(_ target: String) -> FilterError {
    FilterError(.cannotCreate, "\(target) exists already.", advice: "Give --force to replace it.")
  }
}
