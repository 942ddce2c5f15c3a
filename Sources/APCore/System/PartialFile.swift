package import SystemPackage

/// A file that gets its name when it is whole. Until then it lies beside its place under a name of
/// its own, and goes away with this value, with the process, or when a signal ends that. Where it
/// cannot, as after SIGKILL, the next file for the same place clears it away.
package final class PartialFile {
  /// The name it will get.
  package let target: String
  /// The name it has now.
  package let path: String
  /// Open for reading and writing, closed on exec.
  package let descriptor: FileDescriptor
  private let overwrites: Bool
  private var isOpen = true

  /// Creates the file, empty.
  ///
  /// - Parameter overwriting: whether a file at `target` may be replaced.
  /// - Throws: `cannotCreate` where that is not so, or the folder takes no file.
  package init(for target: String, overwriting: Bool) throws(FilterError) {
    guard overwriting || !FileSystem.exists(target) else { throw Self.exists(target) }
    let name = PartialName(for: target)
    name.removeLeftovers()
    do {
      (path, descriptor) = try TemporaryFiles.shared.create(name)
    } catch {
      throw FilterError(.cannotCreate, "Cannot create \(target): \(error).", underlying: error)
    }
    self.target = target
    overwrites = overwriting
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

  /// Removes the file.
  package func discard() {
    guard isOpen else { return }
    isOpen = false
    TemporaryFiles.shared.remove(path)
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
