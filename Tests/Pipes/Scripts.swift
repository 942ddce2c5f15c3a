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

/// The scripts that are commands of their own once installed.
enum Scripts {
  static let installed = [
    "ap", "ap-batch-slurm", "ap-doctor", "ap-fetch-models", "extract-demucs", "extract-roformer",
    "extract-sam",
  ]
}

extension TemporaryFolder {
  /// Puts a script here as it is installed, beside the filters.
  func install(_ script: String, filters: [String] = Filters.all) throws {
    let scripts = "\(Project.root)/scripts"
    try shell("cp '\(scripts)/\(script)' . && cp -r '\(scripts)/lib' .")
    for filter in filters { try shell("ln -s '\(Command.products)/\(filter)' .") }
  }

  /// Runs a command line here that must succeed, and gives what it printed.
  @discardableResult func shell(_ line: String) throws -> String {
    let outcome = try command(["bash", "-c", line]).run()
    guard outcome.status == 0 else { throw TestSupportError("\(line): \(outcome.errors)") }
    return outcome.text
  }

  /// A command that runs here.
  func command(_ words: [String], environment: [String: String] = [:]) -> Command {
    Command(
      executable: "/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", path] + words,
      environment: environment)
  }
}
