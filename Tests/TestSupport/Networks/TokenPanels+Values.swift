package import Tensors

extension TokenPanels {
  /// Panels with these values: [C, groups × tokens].
  package init(_ rows: [[Float]], groups: Int = 1) {
    self.init(channels: rows.count, groups: groups, tokens: rows[0].count / groups)
    for (channel, row) in rows.enumerated() {
      for (token, value) in row.enumerated() { at(channel, token).pointee = value }
    }
  }

  /// What stands in the panels, but for the tokens that do not exist: [C, groups × tokens].
  package var values: [[Float]] {
    (0..<channels).map { channel in
      (0..<groups * tokens).map { at(channel, $0).pointee }
    }
  }

  private func at(_ channel: Int, _ token: Int) -> MutableFloats {
    let panel = token / tokens * panelsPerGroup + token % tokens / Tile.columns
    return self.panel(panel) + (channel * Tile.columns + token % tokens % Tile.columns)
  }
}
