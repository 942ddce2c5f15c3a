import APCore

/// A reader of bytes that come from outside, and what must hold whatever the bytes are: it reads them or throws an
/// error that its user can read, and never traps, loops or touches memory that is not its own.
struct FuzzTarget: Sendable {
  /// The name on the command line, and of the folder with its corpus.
  let name: String
  /// The longest input that is worth trying.
  let maximumBytes: Int
  private let read: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, maximumBytes: Int, read: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.maximumBytes = maximumBytes
    self.read = read
  }

  /// All of them.
  static let all: [FuzzTarget] =
    streamTargets + checkpointTargets + textTargets + containerTargets

  /// - Returns: what is wrong with how the bytes were read; nil where all is well.
  func finding(_ bytes: [UInt8]) -> String? {
    do {
      try read(bytes)
      return nil
    } catch let error as FilterError {
      // A mistake of the program's own is one even where it is caught.
      return error.message.isEmpty || error.code == .software ? "throws \(error)" : nil
    } catch let broken as BrokenPromise {
      return broken.words
    } catch {
      return "throws \(type(of: error)): \(error)"
    }
  }
}

/// What a reader promises and did not keep.
struct BrokenPromise: Error {
  let words: String

  static func unless(_ isKept: Bool, _ words: @autoclosure () -> String) throws {
    if !isKept { throw BrokenPromise(words: words()) }
  }
}
