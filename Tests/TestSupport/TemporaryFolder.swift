import Glibc

/// A folder of a test's own, gone with this value.
package final class TemporaryFolder: Sendable {
  /// Where it is.
  package let path: String

  /// Creates it, empty.
  package init() throws {
    var template = Array("/tmp/ap-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TestSupportError("mkdtemp: \(errno)") }
    path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  deinit {
    _ = try? Command.tool("rm", "-rf", path).run()
  }

  /// The path of a file in it.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file in it and returns its path.
  package func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Files.write(bytes, to: file(name))
    return file(name)
  }

  /// The number that a file in it holds.
  package func number(in name: String) throws -> Int {
    let text = String(decoding: try Files.read(file(name)), as: UTF8.self)
    guard let number = Int(text) else { throw TestSupportError("\(text) is no number") }
    return number
  }

  /// Names of what lies in it, sorted.
  package func list() throws -> [String] {
    try Command.tool("ls", "-A", path).run().text.split(separator: "\n").map(String.init)
  }
}

/// Whole files.
package enum Files {
  /// The bytes of a file.
  package static func read(_ path: String) throws -> [UInt8] {
    let descriptor = try check(open(path, O_RDONLY | O_CLOEXEC), "open \(path)")
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw TestSupportError("read \(path): \(errno)") }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// Creates or replaces a file.
  package static func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = try check(
      open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600), "open \(path)")
    defer { close(descriptor) }
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done)
      }
      guard count > 0 else { throw TestSupportError("write \(path): \(errno)") }
      done += count
    }
  }

  /// Whether something has this name.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
