/// How loud the sounds are that were found, against what they were looked for in.
struct TargetLevels {
  private var mix = 0.0
  private var targets: [Int: Double] = [:]

  /// Takes a piece of the input.
  mutating func add(_ samples: [Float]) { mix += Self.energy(samples) }

  /// Takes a piece of a prompt's sound.
  mutating func add(_ samples: [Float], of number: Int) {
    targets[number, default: 0] += Self.energy(samples)
  }

  /// The prompts whose sound is silent, though the input is not.
  var silent: [Int] {
    targets.filter { mix > 0 && $0.value <= CandidateChoice.silence * mix }.keys.sorted()
  }

  private static func energy(_ samples: [Float]) -> Double {
    samples.reduce(0) { $0 + Double($1) * Double($1) }
  }
}
