internal import ArgumentParser
import NetworkCommand
import Roformer
internal import Tensors

struct RoformerBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roformer", abstract: "Time one chunk of a RoFormer, and its stages.")

  @OptionGroup var options: BenchOptions
  @OptionGroup var rounds: Rounds
  @OptionGroup var numbers: NumericsOptions

  func run() throws {
    let benchmark = try ChunkBenchmark(
      model: options.model, workers: options.workers,
      numerics: numbers.precision.numerics(
        stored: numbers.weights, auto: RoformerPart.exactEnough))
    let (seconds, fastest) = rounds.times { benchmark.run() }
    let stages = fastest.map { "{\"seconds\":\($0.seconds),\"stage\":\"\($0.stage)\"}" }
    print(
      "{\"chunk\":\(benchmark.seconds),\"seconds\":\(seconds),"
        + "\"stages\":[\(stages.joined(separator: ","))]}")
  }
}
