package import APCore
private import CNettle
internal import SystemPackage

/// A SHA-256 that grows with what is added to it.
package struct Digest: GrowingHash {
  private var state = sha256_ctx()

  /// That of nothing.
  package init() {
    nettle_sha256_init(&state)
  }

  /// Adds bytes.
  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    nettle_sha256_update(&state, bytes.count, bytes.bindMemory(to: UInt8.self).baseAddress)
  }

  /// 64 hexadecimal digits.
  package var text: String {
    var state = state
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_SIZE))
    nettle_sha256_digest(&state, digest.count, &digest)
    return digest.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// That of a whole file.
  ///
  /// - Throws: `io`.
  package static func ofFile(_ path: String) throws(FilterError) -> String {
    do {
      let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      return try descriptor.closeAfter {
        var digest = Digest()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
          let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
          if count == 0 { break }
          buffer.withUnsafeBytes { digest.add(.init(rebasing: $0[..<count])) }
        }
        return digest.text
      }
    } catch {
      throw FilterError(.io, "\(path) cannot be read: \(error).", underlying: error)
    }
  }
}
