import ArgumentParser

/// What `scripts/bench` runs: a line of JSON on standard output.
@main
struct APBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-bench", abstract: "Time the parts of a network.",
    subcommands: [
      DemucsBench.self, RoformerBench.self, SAMBench.self, SolverBench.self, RankerBench.self,
    ])
}
