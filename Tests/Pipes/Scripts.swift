import SystemPackage
import TestSupport

/// The project's folder as the tests were built from it.
enum Project {
  static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent().string

  /// A script of `scripts/`.
  static func script(
    _ name: String, _ arguments: String..., environment: [String: String] = [:]
  ) -> Command {
    Command(executable: "\(root)/scripts/\(name)", arguments, environment: environment)
  }
}
