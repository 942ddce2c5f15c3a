/// Pieces of words by their bytes: from a piece's beginning to all that go on from it.
struct PieceTree: Sendable {
  /// Node and next byte, as `node · 256 + byte`, to the node after it. Node 0 is the root.
  private var branches: [Int: Int] = [:]
  /// By node; nil where no piece ends.
  private var pieces: [Int?] = [nil]

  /// Adds a piece.
  ///
  /// - Returns: whether it was not there yet.
  mutating func insert(_ text: [UInt8], piece: Int) -> Bool {
    var node = 0
    for byte in text {
      let branch = node * 256 + Int(byte)
      if let next = branches[branch] {
        node = next
      } else {
        branches[branch] = pieces.count
        node = pieces.count
        pieces.append(nil)
      }
    }
    guard pieces[node] == nil else { return false }
    pieces[node] = piece
    return true
  }

  /// Calls `body` with each piece that the text begins with, and its length; the shortest first.
  func forEachPrefix(of text: ArraySlice<UInt8>, _ body: (_ piece: Int, _ length: Int) -> Void) {
    var node = 0
    for (index, byte) in text.enumerated() {
      guard let next = branches[node * 256 + Int(byte)] else { return }
      node = next
      if let piece = pieces[node] { body(piece, index + 1) }
    }
  }
}
