/// Byte-pair encoding of one word: of all neighbours the pair that is merged first of all becomes one token, and so on
/// until there is none.
///
/// Source: Sennrich, Haddow and Birch, Neural Machine Translation of Rare Words with Subword Units (2016); `Word` in
/// tokenizers' word.rs.
struct BytePairMerges: Sendable {
  /// Neighbours.
  struct Pair: Hashable, Sendable {
    let first: Int
    let second: Int
  }

  /// By byte; nil where the vocabulary has none.
  private let tokens: [Int?]
  /// For a byte that has no token; nil: it is left away.
  private let unknown: Int?
  /// Whether unknown tokens side by side are one.
  private let fusesUnknown: Bool
  private let ranks: [Pair: Int]
  /// By rank, what the pair becomes.
  private let merged: [Int]

  /// - Parameters:
  ///   - tokens: of the 256 bytes.
  ///   - merges: the first one is merged first; of a pair that is there twice the last one counts.
  init(
    tokens: [Int?], unknown: Int?, fusesUnknown: Bool, merges: [(pair: Pair, merged: Int)]
  ) {
    self.tokens = tokens
    self.unknown = unknown
    self.fusesUnknown = fusesUnknown
    merged = merges.map(\.merged)
    ranks = Dictionary(zip(merges.map(\.pair), merges.indices)) { $1 }
  }

  /// The tokens of a word.
  func callAsFunction(_ word: [UInt8]) -> [Int] {
    var tokens: [Int] = []
    for byte in word {
      guard let token = self.tokens[Int(byte)] ?? unknown else { continue }
      let isFused = fusesUnknown && token == unknown && tokens.last == unknown
      if !isFused { tokens.append(token) }
    }
    // One rank less than tokens.
    var ranks = zip(tokens, tokens.dropFirst()).map(rank)
    while let lowest = ranks.min(), lowest < merged.count,
      let place = ranks.firstIndex(of: lowest)
    {
      tokens[place] = merged[lowest]
      tokens.remove(at: place + 1)
      ranks.remove(at: place)
      if place > 0 { ranks[place - 1] = rank(tokens[place - 1], tokens[place]) }
      if place < ranks.count { ranks[place] = rank(tokens[place], tokens[place + 1]) }
    }
    return tokens
  }

  /// When two neighbours are merged; `merged.count` is never.
  private func rank(_ first: Int, _ second: Int) -> Int {
    ranks[Pair(first: first, second: second)] ?? merged.count
  }
}
