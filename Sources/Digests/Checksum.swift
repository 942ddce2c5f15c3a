private import CXXHash

/// An XXH3 of 128 bits that grows with what is added to it. It tells damage as surely as a SHA-256, in a small part of the
/// time; but other bytes can be made to have the same one. So it is for what only its own writer could want to change, and
/// for weights of gigabytes: whoever makes two models of one checksum gains features of a prompt from the wrong one.
package struct Checksum: GrowingHash, ~Copyable {
  private let state: OpaquePointer

  /// That of nothing.
  package init() {
    guard let state = XXH_INLINE_XXH3_createState() else {
      preconditionFailure("there must be memory for a checksum")
    }
    XXH_INLINE_XXH3_128bits_reset(state)
    self.state = state
  }

  deinit {
    XXH_INLINE_XXH3_freeState(state)
  }

  /// Adds bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    XXH_INLINE_XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
  }

  /// 32 hexadecimal digits, as `xxhsum -H2` writes them.
  package var text: String {
    let hash = XXH_INLINE_XXH3_128bits_digest(state)
    return [hash.high64, hash.low64].map { half in
      let digits = String(half, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
