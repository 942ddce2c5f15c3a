import TestSupport
import Testing

/// A folder in which workflows run.
struct Workplace {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Runs a script in the folder, with the filters in `PATH`.
  func shell(_ script: String, environment: [String: String] = [:]) throws -> Outcome {
    let path = "export PATH='\(Command.products)':/usr/bin:/bin"
    return try Command(
      executable: "/bin/bash", ["-c", "\(path); cd \"$0\"\n\(script)", folder.path],
      environment: environment
    ).run()
  }

  /// Writes a workflow and runs it.
  func run(_ workflow: String, _ options: String = "") throws -> Outcome {
    _ = try folder.write(Array(workflow.utf8), to: "w.yaml")
    return try shell("ap-run w.yaml \(options)")
  }

  /// Writes half a second of sound into each of the files.
  func makeSongs(_ names: String...) throws {
    let sound = StreamText.whole(["mix": Sounds.noise(frames: 22_050, channels: 2)], channels: 2)
    for name in names {
      let outcome = try Command("ap-encode", "-o", folder.file(name)).run(.bytes(sound))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }

  /// The files of a folder and their hashes, a line each.
  func hashes(_ folder: String) throws -> String {
    try shell("cd '\(folder)' && find . -type f | sort | xargs -d '\\n' sha256sum").text
  }
}
