import TestSupport

@testable import SAMAudio

/// A model's folder that goes away with the test: the small model's configuration and text encoder, and other weights.
struct ModelFolder {
  let folder: TemporaryFolder

  /// - Parameters:
  ///   - files: by name.
  ///   - textEncoder: whether the small model's one lies in it.
  init(_ files: [String: [UInt8]], textEncoder: Bool = true) throws {
    folder = try TemporaryFolder()
    for (name, bytes) in files { _ = try folder.write(bytes, to: name) }
    try link("config.json")
    if textEncoder { try link("t5") }
  }

  var path: String { folder.path }

  private func link(_ name: String) throws {
    let link = Command.tool("ln", "-s", fixture("sam-audio/\(name)"), folder.file(name))
    guard try link.run().status == 0 else { throw TestSupportError("cannot link \(name)") }
  }
}
