internal import APCore
internal import ModelFiles

/// Where commands are.
struct Executables: Sendable {
  /// The folder of this program, beside which the filters lie that came with it.
  private let own: String?
  private let folders: [String]

  /// - Parameters:
  ///   - executable: this program's file.
  ///   - path: the value of `PATH`.
  init(
    executable: String? = FileSystem.executable, path: String? = FileSystem.variable("PATH")
  ) {
    own = executable.map(FileSystem.parent)
    folders = (path ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "." : String($0) }
  }

  /// The file of the filter or other command; nil where there is none.
  func find(_ name: String) -> String? {
    if name.contains("/") { return Files.isExecutable(name) ? name : nil }
    let own = Suite.filters.contains(name) ? own.map { [$0] } ?? [] : []
    return (own + folders).lazy.map { "\($0)/\(name)" }.first(where: Files.isExecutable)
  }
}
