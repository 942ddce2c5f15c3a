import APCore
import TestSupport

/// A cache of a test's own, and filters that go through it.
struct Cached {
  let folder: TemporaryFolder
  /// Says of each run whether it was found.
  private static let saying = "--verbose"

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Where the cache is.
  var path: String { folder.file("ap") }

  /// `ap-cache` before a filter.
  func callAsFunction(
    _ words: String..., options: [String] = [saying], environment: [String: String] = [:]
  ) -> Command {
    var command = Command("ap-cache")
    command.arguments = options + words
    command.environment = ["XDG_CACHE_HOME": folder.path].merging(environment) { $1 }
    return command
  }

  /// Files of the cache whose names end so, under all of its folders.
  func files(_ name: String) throws -> [String] {
    try Command.tool("find", path, "-name", name).run().text.split(separator: "\n").map(String.init)
  }

  /// What nobody writes any more, and nobody may find.
  func leftovers() throws -> [String] {
    try Command.tool("find", "\(path)/partial", "-mindepth", "1").run().text
      .split(separator: "\n").map(String.init)
  }

  /// How many outputs are kept.
  func count() throws -> Int {
    try files("manifest.json").filter { $0.contains("/executions/") }.count
  }

  /// Header members with which a stream says by itself what it is.
  static func origin(_ file: String, sha256: String = "00") -> String {
    #","history":[{"options":{},"tool":"ap-decode","version":"0"}],"#
      + #""source":{"file":"\#(file)","sha256":"\#(sha256)"}"#
  }

  /// A stream that says by itself what it is.
  static func input(frames: Int = 20_000, file: String = "a.wav") -> [UInt8] {
    StreamText.whole(["mix": Sounds.noise(frames: frames)], more: origin(file))
  }

  /// A filter of somebody else's, which notes each run in `runs` and then does what `script` says.
  func stranger(_ script: String = "exec cat", name: String = "stranger") throws -> String {
    let text = "#!/bin/sh\necho run >>'\(folder.file("runs"))'\n\(script)\n"
    let path = try folder.write(Array(text.utf8), to: name)
    _ = try Command.tool("chmod", "+x", path).run()
    return path
  }

  /// How often strangers ran.
  func runs() throws -> Int {
    guard Files.exists(folder.file("runs")) else { return 0 }
    return try Files.read(folder.file("runs")).count { $0 == UInt8(ascii: "\n") }
  }
}

extension Outcome {
  /// Whether `ap-cache --verbose` gave out what it had.
  var isFound: Bool { errors.contains("ap-cache: Found ") }
}
