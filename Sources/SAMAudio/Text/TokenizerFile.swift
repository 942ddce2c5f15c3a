internal import APCore
internal import Checkpoints

/// A tokenizer's file, and what is said of one that cannot be used.
struct TokenizerFile: Sendable {
  let path: String
  /// What to do about a tokenizer of another kind, as a whole sentence.
  let advice: String

  /// More than any released tokenizer's file; ModernBERT's has 3.6 MB.
  private static let maximumBytes = 64 << 20

  /// - Throws: `FilterError.Code.noInput`, `.unsupportedCheckpoint` where it is too large.
  func bytes() throws(FilterError) -> [UInt8] {
    let bytes: [UInt8]?
    do {
      bytes = try FileSystem.read(path, limit: Self.maximumBytes)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be read: \(error).", underlying: error)
    }
    guard let bytes else { throw unsupported("it has more than \(Self.maximumBytes) bytes") }
    return bytes
  }

  /// - Throws: `FilterError.Code.damagedCheckpoint`.
  func json(_ bytes: [UInt8]) throws(FilterError) -> JSONValue {
    do {
      return try JSONValue(parsing: bytes, limits: JSONLimits(bytes: Self.maximumBytes))
    } catch {
      throw damaged("it is not JSON: \(error)")
    }
  }

  func unsupported(_ problem: String) -> FilterError {
    FilterError(.unsupportedCheckpoint, "\(path) cannot be used: \(problem).", advice: advice)
  }

  func damaged(_ problem: String) -> FilterError {
    FilterError(
      .damagedCheckpoint, "\(path) is damaged: \(problem).", advice: "Get the file again.")
  }
}
