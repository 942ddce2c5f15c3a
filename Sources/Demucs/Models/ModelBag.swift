package import APCore
package import Checkpoints

/// The models that separate together: one, or several whose stems are averaged (demucs, apply.py,
/// `BagOfModels`). All have the same sources, rate and channels.
package struct ModelBag: Sendable {
  /// A checkpoint of the bag, opened but with no tensor read.
  package struct Member: Sendable {
    /// The file.
    package let checkpoint: Checkpoint
    /// How its network is built.
    package let config: HTDemucsConfig
    /// How much its estimate of each source counts.
    package let weights: [Float]
  }

  /// In the order of the bag.
  package let members: [Member]

  /// Names of the stems.
  package var sources: [String] { members[0].config.sources }
  /// Frames a second.
  package var samplerate: Int { members[0].config.samplerate }
  /// Channels of the mix and of each stem.
  package var audioChannels: Int { members[0].config.audioChannels }

  /// Opens the files and checks that they belong together.
  ///
  /// - Parameters:
  ///   - paths: a checkpoint a member.
  ///   - weights: a row a member, a column a source; nil: all count alike.
  /// - Throws: what `Checkpoint.open` and `HTDemucsConfig.init` throw, and
  ///   `FilterError.Code.configuration` where members or weights do not fit each other.
  package init(paths: [String], weights: [[Float]]? = nil) throws(FilterError) {
    precondition(!paths.isEmpty, "paths must name at least one file")
    precondition(weights.map { $0.count == paths.count } ?? true, "weights must have a row a path")
    var members: [Member] = []
    for (index, path) in paths.enumerated() {
      let checkpoint = try Checkpoint.open(path)
      let config = try HTDemucsConfig(checkpoint)
      let row = weights?[index] ?? config.sources.map { _ in 1 }
      guard row.count == config.sources.count, row.allSatisfy({ $0 >= 0 }) else {
        throw FilterError(
          .configuration,
          "The bag's weights for \(path) must be \(config.sources.count) numbers that are not negative, one "
            + "for each of \(config.sources.joined(separator: ", ")).")
      }
      members.append(Member(checkpoint: checkpoint, config: config, weights: row))
    }
    self.members = members
    try checkAgreement()
  }

  /// Which members have a part in any of the given stems.
  ///
  /// - Parameter stems: names among `sources`; others count for nothing.
  package func membersNeeded(for stems: [String]) -> [Int] {
    let columns = sources.indices.filter { stems.contains(sources[$0]) }
    return members.indices.filter { index in
      columns.contains { members[index].weights[$0] != 0 }
    }
  }

  private func checkAgreement() throws(FilterError) {
    let first = members[0]
    for other in members.dropFirst() {
      for (name, left, right) in [
        ("sources", "\(first.config.sources)", "\(other.config.sources)"),
        ("sample rate", "\(first.config.samplerate)", "\(other.config.samplerate)"),
        ("number of channels", "\(first.config.audioChannels)", "\(other.config.audioChannels)"),
      ] where left != right {
        throw FilterError(
          .configuration,
          "The models of a bag must have the same \(name): \(first.checkpoint.path) has \(left), "
            + "\(other.checkpoint.path) has \(right).")
      }
    }
    for (column, source) in sources.enumerated()
    where members.allSatisfy({ $0.weights[column] == 0 }) {
      throw FilterError(
        .configuration, "All models of the bag have weight 0 for the source \"\(source)\".",
        advice: "Each column of \"weights\" needs a number greater than 0.")
    }
  }
}
