internal import SystemPackage

/// The name that a file has while it is written: its own, as far as both fit into a name, a mark, and
/// 13 random characters.
///
/// Whoever writes such a file has a lock on it, which goes with the process however that ends. So what
/// is not locked is left over from a process that was killed, and may be removed.
struct PartialName {
  private let folder: String
  /// A name's beginning, with the mark.
  private let prefix: String

  private static let mark = ".ap-part-"
  private static let longestName = 255

  init(for target: String) {
    let scalars = target.unicodeScalars
    let start = scalars.lastIndex(of: "/").map(scalars.index(after:)) ?? scalars.startIndex
    folder = String(scalars[..<start])
    let room = Self.longestName - Self.mark.utf8.count - UniqueText.length
    prefix = String(scalars[start...]).platformPrefix(room) + Self.mark
  }

  /// Creates the file and locks it.
  func create() throws(Errno) -> (path: String, descriptor: FileDescriptor) {
    while true {
      let (path, descriptor) = try Syscalls.createUnique(prefix: folder + prefix)
      // Before it had its lock, another process may have taken it for a leftover.
      if FileSystem.tryLock(descriptor) != .taken, Syscalls.hasName(descriptor) {
        return (path, descriptor)
      }
      // Nothing was written.
      try? Syscalls.close(descriptor)
    }
  }

  /// Removes what processes left that are gone.
  func removeLeftovers() {
    for name in FileSystem.names(in: folder.isEmpty ? "." : folder) where isPartial(name) {
      let path = folder + name
      guard
        let descriptor = try? FileDescriptor.open(
          path, .readWrite, options: [.closeOnExec, .noFollow, .nonBlocking])
      else { continue }
      if FileSystem.tryLock(descriptor) == .gotten { FileSystem.remove(path) }
      // Nothing was written.
      try? Syscalls.close(descriptor)
    }
  }

  private func isPartial(_ name: String) -> Bool {
    guard name.utf8.starts(with: prefix.utf8) else { return false }
    return UniqueText.isOne(name.utf8.dropFirst(prefix.utf8.count))
  }
}

/// Random text for names.
enum UniqueText {
  static let length = 13
  private static let radix = 36

  static func make() -> String {
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: radix)
    return String(repeating: "0", count: length - digits.utf8.count) + digits
  }

  static func isOne(_ text: Substring.UTF8View) -> Bool {
    text.count == length
      && text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
  }
}
