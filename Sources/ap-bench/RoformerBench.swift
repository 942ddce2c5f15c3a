internal import ArgumentParser
import NetworkCommand
import Roformer
internal import Tensors

struct RoformerBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roformer", abstract: "Time one chunk of a RoFormer, and its stages.")

  @Argument(help: "A model.")
  var model: String

  @Option(help: "Threads.")
  var threads = 2

  @Option(help: "How often to separate the chunk.")
  var rounds = 3

  @Option(help: "In what the weights are kept in memory; as they are stored, if not given.")
  var weights: NumberFormat?

  @Option(help: "What is multiplied.")
  var precision = ProductPrecision.f32

  func run() throws {
    let benchmark = try ChunkBenchmark(
      model: model, workers: Workers(threads: threads),
      numerics: precision.numerics(stored: weights, auto: RoformerPart.exactEnough))
    let runs = (0..<rounds).map { _ in benchmark.run() }
      .map { stages in (stages: stages, seconds: stages.reduce(0) { $0 + $1.seconds }) }
    let median = runs.sorted { $0.seconds < $1.seconds }[rounds / 2]
    let stages = median.stages.map { "{\"seconds\":\($0.seconds),\"stage\":\"\($0.stage)\"}" }
    print(
      "{\"chunk\":\(benchmark.seconds),\"seconds\":\(runs.map(\.seconds)),"
        + "\"stages\":[\(stages.joined(separator: ","))]}")
  }
}
