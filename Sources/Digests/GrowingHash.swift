/// What all hashes take alike.
package protocol GrowingHash: ~Copyable {
  /// Adds bytes.
  mutating func add(_ bytes: UnsafeRawBufferPointer)
}

extension GrowingHash where Self: ~Copyable {
  /// Adds a text's length and bytes, so that neighbours cannot be taken for each other.
  package mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { add($0) }
      add(UnsafeRawBufferPointer(bytes))
    }
  }
}
