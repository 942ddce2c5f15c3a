/// The buffers of a network's activations, and the stages that each lives through: those that are never alive in the
/// same stage share memory.
///
/// A network's activations are a value whose initializer takes each buffer from a plan. It runs twice: once to find
/// how much all take together, and once more for their places. What stood in a buffer is lost when its life begins, so
/// whoever writes it first writes all of it, the margins of blocks too.
package struct ActivationPlan {
  /// Some of the steps that a network repeats in the same order, by number.
  package struct Stages: OptionSet {
    package let rawValue: UInt64

    package init(rawValue: UInt64) {
      self.rawValue = rawValue
    }

    /// A single stage, of at most 64.
    package init(_ stage: Int) {
      self.init(stage...stage)
    }

    /// All stages from one to another.
    package init(_ stages: ClosedRange<Int>) {
      precondition(0 <= stages.lowerBound && stages.upperBound < 64, "there are 64 stages at most")
      rawValue = stages.reduce(0) { $0 | 1 << UInt64($1) }
    }
  }

  /// What holds the memory, or nothing in the first run.
  private let storage: FloatStorage
  private var taken: [(place: Range<Int>, stages: Stages)] = []

  private init(storage: FloatStorage) {
    self.storage = storage
  }

  /// Makes activations.
  ///
  /// - Parameter build: takes buffers, in the same order each time, and touches none.
  package static func allocate<Activations>(
    _ build: (inout ActivationPlan) -> Activations
  ) -> Activations {
    var plan = ActivationPlan(storage: FloatStorage(count: floats(build)))
    return build(&plan)
  }

  /// How many floats activations take, without taking them.
  package static func floats<Activations>(_ build: (inout ActivationPlan) -> Activations) -> Int {
    var plan = ActivationPlan(storage: FloatStorage(count: 0))
    _ = build(&plan)
    return plan.taken.reduce(0) { max($0, $1.place.upperBound) }
  }

  /// Blocks whose margins are to be cleared when their life begins.
  package mutating func blocks(
    count: Int = 1, channels: Int, columns: Int, during stages: Stages
  ) -> Blocks {
    let base = take(
      Blocks.floats(count: count, channels: channels, columns: columns), during: stages)
    return Blocks(count: count, channels: channels, columns: columns, at: base, storage: storage)
  }

  /// Panels of tokens.
  package mutating func tokens(
    channels: Int, groups: Int = 1, tokens: Int, during stages: Stages
  ) -> TokenPanels {
    let base = take(
      TokenPanels.floats(channels: channels, groups: groups, tokens: tokens), during: stages)
    return TokenPanels(
      channels: channels, groups: groups, tokens: tokens, at: base, storage: storage)
  }

  /// The lowest place that nobody else has in these stages.
  mutating func take(_ floats: Int, during stages: Stages) -> MutableFloats {
    // Kernels read whole panels, also beyond the end of the last row. Each buffer starts on a page.
    let size = (floats + 64 + 1023) & ~1023
    let others = taken.filter { !$0.stages.isDisjoint(with: stages) }.map(\.place)
    var start = 0
    for other in others.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if start + size <= other.lowerBound { break }
      start = max(start, other.upperBound)
    }
    taken.append((start..<start + size, stages))
    return storage.base + start
  }
}
