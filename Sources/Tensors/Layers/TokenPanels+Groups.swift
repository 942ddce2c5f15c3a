/// Tokens on their way between layers that group them differently.
extension TokenPanels {
  /// Copies one panel of each group, which is all of a group here.
  package func copy(panel index: Int, ofEachGroupOf other: TokenPanels, workers: Workers) {
    checkPanel(index, of: other)
    workers.run(groups) { group in
      panel(group).update(
        from: other.panel(group &* other.panelsPerGroup &+ index), count: channels &* Tile.columns)
    }
  }

  /// Copies each group into one panel of the other's group.
  package func copy(toPanel index: Int, ofEachGroupOf other: TokenPanels, workers: Workers) {
    checkPanel(index, of: other)
    workers.run(groups) { group in
      other.panel(group &* other.panelsPerGroup &+ index).update(
        from: panel(group), count: channels &* Tile.columns)
    }
  }

  private func checkPanel(_ index: Int, of other: TokenPanels) {
    precondition(
      panelsPerGroup == 1 && other.groups == groups && other.channels == channels,
      "each group must be one panel of the other's groups")
    precondition(0..<other.panelsPerGroup ~= index, "no such panel")
  }

  /// Copies as many channels as these panels have, from `channel` on.
  package func copy(channelsFrom channel: Int, of other: TokenPanels, workers: Workers) {
    checkChannels(channel, of: other)
    workers.run(count) { index in
      panel(index).update(
        from: other.panel(index) + channel &* Tile.columns, count: channels &* Tile.columns)
    }
  }

  /// Adds these channels to those of the others from `channel` on.
  package func add(toChannelsFrom channel: Int, of other: TokenPanels, workers: Workers) {
    checkChannels(channel, of: other)
    workers.run(count) { index in
      let source = panel(index)
      let target = other.panel(index) + channel &* Tile.columns
      for place in stride(from: 0, to: channels &* Tile.columns, by: 16) {
        target.store(target.lanes(place) + source.lanes(place), place)
      }
    }
  }

  private func checkChannels(_ channel: Int, of other: TokenPanels) {
    precondition(
      other.count == count && channel >= 0 && channel + channels <= other.channels,
      "the others must have the channels and the same tokens")
  }

  /// Sets all values to zero.
  package func clear(workers: Workers) {
    workers.run(count) { panel($0).update(repeating: 0, count: channels &* Tile.columns) }
  }
}

/// Tokens in any order.
extension TokenPanels {
  /// Copies tokens of others, all channels of those.
  ///
  /// - Parameters:
  ///   - index: which token there each one here is; both are counted through all groups.
  ///   - channel: the first that is written.
  package func copy(
    tokens index: [Int], of other: TokenPanels, toChannelsFrom channel: Int = 0, workers: Workers
  ) {
    gather(index, of: other, channel, workers) { target, value in target = value }
  }

  /// Adds tokens of others, which have as many channels.
  package func add(tokens index: [Int], of other: TokenPanels, workers: Workers) {
    gather(index, of: other, 0, workers) { target, value in target += value }
  }

  @inline(__always) private func gather(
    _ index: [Int], of other: TokenPanels, _ channel: Int, _ workers: Workers,
    _ put: (_ target: inout Float, _ value: Float) -> Void
  ) {
    precondition(index.count == groups * tokens, "each token must have an index")
    precondition(
      index.allSatisfy { 0..<other.groups * other.tokens ~= $0 }, "no such token in the others")
    precondition(
      channel >= 0 && channel + other.channels <= channels, "there must be room for the channels")
    workers.run(count) { panel in
      let (group, place) = panel.quotientAndRemainder(dividingBy: panelsPerGroup)
      let first = group &* tokens &+ place &* Tile.columns
      for column in 0..<valid(panel: panel) {
        let (group, token) = index[first &+ column].quotientAndRemainder(
          dividingBy: other.tokens)
        let (place, lane) = token.quotientAndRemainder(dividingBy: Tile.columns)
        let source = other.panel(group &* other.panelsPerGroup &+ place) + lane
        let target = self.panel(panel) + (channel &* Tile.columns &+ column)
        for row in 0..<other.channels {
          put(&target[row &* Tile.columns], source[row &* Tile.columns])
        }
      }
    }
  }
}
