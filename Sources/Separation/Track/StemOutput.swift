package import APCore

/// A track that comes out: a weighted sum of the model's sources and of the mix.
package struct StemOutput: Equatable {
  /// The track's name.
  package let name: String
  /// What each source counts, in the model's order.
  package let sourceGains: [Float]
  /// What the mix counts.
  package var mixGain: Float = 0

  package init(name: String, sourceGains: [Float], mixGain: Float = 0) {
    self.name = name
    self.sourceGains = sourceGains
    self.mixGain = mixGain
  }

  /// What to do about a name that the stream has already.
  package static let adviceOnTakenName =
    "Make other tracks: name them with --stems, or leave that option out that makes this one."

  /// The asked sources as they are, in the order they are asked for; all of them if none is.
  ///
  /// - Throws: `usage` for a name that the model does not have.
  package static func stems(_ names: [String], of sources: [String]) throws(FilterError)
    -> [StemOutput]
  {
    var outputs: [StemOutput] = []
    for name in names.isEmpty ? sources : names {
      outputs.append(StemOutput(name: name, sourceGains: try gains(of: name, in: sources)))
    }
    return outputs
  }

  /// One source, and all that is not it: `no_NAME`.
  ///
  /// - Throws: `usage` for a name that the model does not have.
  package static func twoStems(
    _ name: String, other: OtherStem, of sources: [String]
  ) throws(FilterError) -> [StemOutput] {
    let stem = StemOutput(name: name, sourceGains: try gains(of: name, in: sources))
    let rest =
      switch other {
      case .sum:
        StemOutput(name: "no_\(name)", sourceGains: stem.sourceGains.map { 1 - $0 })
      case .minus:
        StemOutput(
          name: "no_\(name)", sourceGains: stem.sourceGains.map { $0 == 0 ? 0 : -$0 }, mixGain: 1)
      }
    return [stem, rest]
  }

  /// The mix minus all sources: what the model found no place for.
  ///
  /// - Throws: `usage` where a source of the model has this name.
  package static func residual(of sources: [String]) throws(FilterError) -> StemOutput {
    let name = "residual"
    guard !sources.contains(name) else {
      throw FilterError(
        .usage, "The model has a stem \"\(name)\" of its own.", advice: "Leave --residual out.")
    }
    return StemOutput(name: name, sourceGains: sources.map { _ in -1 }, mixGain: 1)
  }

  /// The same output of sources that each got an equal part of the residual, so that they sum to the mix.
  package func summingToMix() -> StemOutput {
    let part = sourceGains.reduce(0, +) / Float(sourceGains.count)
    return StemOutput(
      name: name, sourceGains: sourceGains.map { $0 - part }, mixGain: mixGain + part)
  }

  private static func gains(of name: String, in sources: [String]) throws(FilterError) -> [Float] {
    guard sources.contains(name) else {
      throw FilterError(
        .usage, "The model has no stem \"\(name)\".",
        advice: "Its stems are \(sources.joined(separator: ", ")).")
    }
    return sources.map { $0 == name ? 1 : 0 }
  }
}

/// What the second of two stems is.
package enum OtherStem: String, CaseIterable, Sendable {
  /// The sum of the other stems.
  case sum
  /// The mix minus the stem.
  case minus
}
