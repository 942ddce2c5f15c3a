import Synchronization
import TestSupport

/// For readers that take a path: one file, written anew each time.
private let scratch = Mutex<TemporaryFolder?>(nil)

/// The path of a file with those bytes, of this process's own until the next call.
func scratchFile(_ bytes: [UInt8]) throws -> String {
  try scratch.withLock { folder in
    let here = try folder ?? TemporaryFolder()
    folder = here
    return try here.write(bytes, to: "input")
  }
}
