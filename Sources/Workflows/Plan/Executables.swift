internal import APCore

/// Where commands are.
struct Executables: Sendable {
  /// The folder of this program, beside which the filters lie that came with it.
  private let own: String?
  private let path: SearchPath

  /// - Parameters:
  ///   - executable: this program's file.
  ///   - path: the value of `PATH`.
  init(
    executable: String? = ThisProcess.executable, path: String? = ThisProcess.variable("PATH")
  ) {
    own = executable.map(FileSystem.parent)
    self.path = SearchPath(path)
  }

  /// The file of the filter or other command; nil where there is none.
  func find(_ name: String) -> String? {
    path.find(name, first: Suite.filters.contains(name) ? own.map { [$0] } ?? [] : [])
  }
}
