internal import APCore

/// What tells a file from the one that was there before under its name.
struct FileStamp: Hashable, Sendable {
  let size: Int
  /// When it was last written, in nanoseconds.
  let time: Int

  init(size: Int, time: Int) {
    self.size = size
    self.time = time
  }

  /// The file's stamp, or that of what it leads to; nil where there is none.
  init?(_ path: String) {
    guard let status = FileStatus(path) else { return nil }
    size = status.size
    time = status.modified
  }
}

/// The files below some paths, to see later what has changed.
struct FileTree: Sendable {
  /// By path.
  private(set) var files: [String: FileStamp] = [:]
  private var folders: Set<String> = []

  /// What is there now.
  init(_ paths: [String]) {
    for path in paths { add(path) }
  }

  init(files: [String: FileStamp]) {
    self.files = files
  }

  private mutating func add(_ path: String) {
    if FileSystem.isFolder(path) {
      folders.insert(path)
      // Below, links are not followed: they may lead round in circles.
      for name in FileSystem.names(in: path) {
        let inner = "\(path)/\(name)"
        if FileSystem.isLink(inner) { files[inner] = FileStamp(inner) } else { add(inner) }
      }
    } else if let stamp = FileStamp(path) {
      files[path] = stamp
    }
  }

  /// Removes what is there now below these paths, and was not there, or was another file, then.
  func restore(_ paths: [String]) {
    let now = FileTree(paths)
    for (path, stamp) in now.files where files[path] != stamp { FileSystem.remove(path) }
    // A longer path is below a shorter one, if at all.
    for folder in now.folders.subtracting(folders).sorted(by: { $0.count > $1.count }) {
      FileSystem.removeEmptyFolder(folder)
    }
  }
}
