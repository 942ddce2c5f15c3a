extension TokenPanels {
  /// Reads the tokens of the only group: [tokens, channels] without gaps.
  package func copy(tokens values: [Float], workers: Workers) {
    checkSize(values)
    clearPadding(workers)
    values.withUnsafeBufferPointer { values in
      eachColumn(workers) { token, column in
        for channel in 0..<channels {
          column[channel &* Tile.columns] = values[token &* channels &+ channel]
        }
      }
    }
  }

  /// Reads the channels of the only group: [channels, tokens] without gaps.
  package func copy(rows values: [Float], workers: Workers) {
    checkSize(values)
    clearPadding(workers)
    values.withUnsafeBufferPointer { values in
      eachColumn(workers) { token, column in
        for channel in 0..<channels {
          column[channel &* Tile.columns] = values[channel &* tokens &+ token]
        }
      }
    }
  }

  /// The tokens of the only group as [tokens, channels] without gaps.
  package func tokenMajor(workers: Workers) -> [Float] {
    [Float](unsafeUninitializedCapacity: tokens * channels) { values, count in
      if let start = values.baseAddress {
        eachColumn(workers) { token, column in
          let target = start + token &* channels
          for channel in 0..<channels { target[channel] = column[channel &* Tile.columns] }
        }
      }
      count = tokens * channels
    }
  }

  /// Zeroes the tokens that do not exist, in memory that held something else before: what they are multiplied with is
  /// zero, but they might be no numbers.
  func clearPadding(_ workers: Workers) {
    workers.run(groups) { group in
      let last = (group &+ 1) &* panelsPerGroup &- 1
      let (panel, valid) = (panel(last), valid(panel: last))
      for channel in 0..<channels {
        (panel + channel &* Tile.columns + valid).update(repeating: 0, count: Tile.columns &- valid)
      }
    }
  }

  /// Copies what stands in other panels of the same shape.
  package func copy(_ other: TokenPanels, workers: Workers) {
    precondition(
      other.channels == channels && other.count == count, "the panels must have the same shape")
    workers.run(count) { panel($0).update(from: other.panel($0), count: channels &* Tile.columns) }
  }

  /// Adds to each token of the only group one of some vectors of all channels.
  ///
  /// - Parameter index: which vector, for each token.
  package func addRows(_ rows: [[Float]], index: [Int], workers: Workers) {
    precondition(rows.allSatisfy { $0.count == channels }, "each vector must have all channels")
    precondition(index.count == tokens, "each token must have a vector")
    eachColumn(workers) { token, column in
      rows[index[token]].withUnsafeBufferPointer { row in
        for channel in 0..<channels { column[channel &* Tile.columns] += row[channel] }
      }
    }
  }

  /// Applies a function to all values, in place; not a gate.
  package func activate(_ activation: Activation, workers: Workers) {
    workers.run(count) { index in
      for channel in 0..<channels {
        let row = panel(index) + channel &* Tile.columns
        activation.store(row, channel: channel, factors: activation.factors) { row.lanes($0) }
      }
    }
  }

  private func checkSize(_ values: [Float]) {
    precondition(values.count == tokens * channels, "values must be of all tokens and channels")
  }

  /// Calls `body` with each token of the only group that exists, and where its first channel stands.
  private func eachColumn(
    _ workers: Workers, _ body: (_ token: Int, _ column: MutableFloats) -> Void
  ) {
    precondition(groups == 1, "the tokens must be of one group")
    workers.run(count) { index in
      for column in 0..<valid(panel: index) {
        body(index &* Tile.columns &+ column, panel(index) + column)
      }
    }
  }
}
