internal import Glibc
package import SystemPackage

/// What the system says of a file: enough to tell it from another one, and from itself after a change. `stat(2)`.
package struct FileStatus: Hashable, Sendable {
  package let device: UInt64
  package let inode: UInt64
  /// Bytes.
  package let size: Int
  /// Nanoseconds since 1970 of the last change of its bytes.
  package let modified: Int
  /// Nanoseconds since 1970 of the last change of its bytes or its names.
  package let changed: Int
  package let type: FileType
  package let permissions: FilePermissions

  /// That of a path; nil where there is nothing.
  ///
  /// - Parameter followsLink: whether it is what a link leads to that counts.
  package init?(_ path: String, followsLink: Bool = true) {
    guard
      let stat = try? Stat(
        FilePath(platformString: path.platformString), followTargetSymlink: followsLink)
    else { return nil }
    self.init(stat)
  }

  /// That of an open file.
  package init(reading descriptor: FileDescriptor) throws(Errno) {
    self.init(try Stat(descriptor))
  }

  private init(_ stat: Stat) {
    device = UInt64(stat.deviceID.rawValue)
    inode = UInt64(stat.inode.rawValue)
    size = Int(stat.size)
    modified = stat.st_mtim.tv_sec * 1_000_000_000 + stat.st_mtim.tv_nsec
    changed = stat.st_ctim.tv_sec * 1_000_000_000 + stat.st_ctim.tv_nsec
    type = stat.type
    permissions = stat.permissions
  }

  package var isFile: Bool { type == .regular }
  package var isFolder: Bool { type == .directory }
  package var isLink: Bool { type == .symbolicLink }
}
