import Tensors

/// The windows of 8 × 8 tokens in which those of a square grid attend to each other, perhaps shifted by half a window;
/// what the shift brings together from opposite ends of the grid keeps apart.
///
/// Source: Liu and others, Swin Transformer (2021).
struct SwinWindows {
  /// Tokens of a window's side.
  static let side = 8
  /// Tokens of a window.
  static let tokens = side * side

  /// The token of the grid, row by row, at each place of the windows.
  let tokens: [Int]
  /// The place in the windows of each token of the grid.
  let places: [Int]
  /// Which of four kinds each window is: whether it is in the last row, and whether in the last column.
  private let kinds: [Int]
  private let isShifted: Bool

  /// - Parameter grid: tokens of the grid's side, a multiple of 8.
  init(grid: Int, isShifted: Bool) {
    let side = Self.side
    let (across, shift) = (grid / side, isShifted ? side / 2 : 0)
    self.isShifted = isShifted
    let tokens = (0..<grid * grid).map { place in
      let (window, token) = place.quotientAndRemainder(dividingBy: Self.tokens)
      let row = window / across * side + token / side + shift
      let column = window % across * side + token % side + shift
      return row % grid * grid + column % grid
    }
    self.tokens = tokens
    var places = [Int](repeating: 0, count: tokens.count)
    for (place, token) in tokens.enumerated() { places[token] = place }
    self.places = places
    kinds = (0..<across * across).map { window in
      guard isShifted else { return 0 }
      return (window / across == across - 1 ? 2 : 0) + (window % across == across - 1 ? 1 : 0)
    }
  }

  /// The bias of the scores.
  ///
  /// - Parameter table: of distances, [15 · 15, heads].
  func bias(_ table: [Float], heads: Int) -> RelativeBias {
    let (side, reach) = (Self.side, 2 * Self.side - 1)
    return RelativeBias(heads: heads, tokens: Self.tokens, tableOfGroup: kinds) {
      kind, head, query, key in
      let rows = query / side - key / side + side - 1
      let columns = query % side - key % side + side - 1
      let apart = isShifted && Self.zone(query, kind) != Self.zone(key, kind)
      return table[(rows * reach + columns) * heads + head] - (apart ? 100 : 0)
    }
  }

  /// Which end of the grid a token of a window comes from.
  private static func zone(_ token: Int, _ kind: Int) -> Int {
    let half = side / 2
    return (kind & 2 == 0 ? 0 : token / side / half * 2) + (kind & 1 == 0 ? 0 : token % side / half)
  }
}
