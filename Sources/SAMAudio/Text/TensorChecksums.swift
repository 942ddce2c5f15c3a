import Synchronization

/// Checksums of a model's tensors, by name: what its text encoder is known by is a part of what the model is, and to
/// read all of that again takes as long as the first time.
final class TensorChecksums: Sendable {
  private let texts = Mutex<[String: String]>([:])

  /// That of a tensor, computed where it is asked for the first time.
  func text(_ name: String, _ compute: () throws -> String) throws -> String {
    if let known = texts.withLock({ $0[name] }) { return known }
    let computed = try compute()
    texts.withLock { $0[name] = computed }
    return computed
  }
}
