/// Activations of a transformer: panels of 48 tokens, each `[channels, 48]`, the order in which a matrix product
/// reads them.
///
/// Tokens come in groups (one a frequency), each of whole panels: the last panel of a group may have
/// tokens that do not exist.
///
/// `@unchecked`: jobs that run at once write different panels or channels.
package struct TokenPanels: @unchecked Sendable {
  /// Rows of a panel.
  package let channels: Int
  /// Groups of tokens.
  package let groups: Int
  /// Tokens of a group.
  package let tokens: Int

  private let base: MutableFloats
  /// What holds the memory; nil where it is lent.
  private let storage: FloatStorage?

  /// Zeroed panels for `groups × tokens` tokens.
  package init(channels: Int, groups: Int, tokens: Int) {
    let storage = FloatStorage(
      count: TokenPanels.floats(channels: channels, groups: groups, tokens: tokens))
    self.init(
      channels: channels, groups: groups, tokens: tokens, at: storage.base, storage: storage)
  }

  /// Some of the groups, where they are.
  package func groups(_ range: Range<Int>) -> TokenPanels {
    precondition(0..<groups ~= range.lowerBound && range.upperBound <= groups, "no such groups")
    return TokenPanels(
      channels: channels, groups: range.count, tokens: tokens,
      at: panel(range.lowerBound &* panelsPerGroup), storage: storage)
  }

  /// Panels in memory that is lent.
  init(
    channels: Int, groups: Int, tokens: Int, at base: MutableFloats, storage: FloatStorage? = nil
  ) {
    self.channels = channels
    self.groups = groups
    self.tokens = tokens
    self.base = base
    self.storage = storage
  }

  /// Floats that panels take up.
  static func floats(channels: Int, groups: Int, tokens: Int) -> Int {
    groups * Tile.panels(tokens) * channels * Tile.columns
  }

  /// Panels of a group.
  package var panelsPerGroup: Int { Tile.panels(tokens) }

  /// All panels.
  package var count: Int { groups &* panelsPerGroup }

  /// A panel, `[channels][48]`.
  @inline(__always) package func panel(_ index: Int) -> MutableFloats {
    base + index &* channels &* Tile.columns
  }

  /// How many tokens of a panel exist; they come first.
  @inline(__always) package func valid(panel: Int) -> Int {
    min(Tile.columns, tokens &- panel % panelsPerGroup &* Tile.columns)
  }
}
