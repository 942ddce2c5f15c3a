internal import ArgumentParser
import NetworkCommand
import SAMAudio
internal import Tensors

struct SAMBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sam", abstract: "Time the parts of a SAM-Audio model on one window.")

  @Argument(help: "A model.")
  var model: String

  @Option(help: "Threads.")
  var threads = 2

  @Option(help: "The window's length in seconds.")
  var seconds = 10

  @Option(help: "In what the weights are kept in memory; as they are stored, if not given.")
  var weights: NumberFormat?

  @Option(help: "What is multiplied.")
  var precision = ProductPrecision.f32

  func run() throws {
    let stages = try ModelBenchmark(
      model: model, seconds: seconds,
      numerics: precision.numerics(stored: weights, auto: DiffusionPart.exactEnough),
      workers: Workers(threads: threads)
    ).run()
    let lines = stages.map {
      "{\"operations\":\($0.operations),\"seconds\":\($0.seconds),\"stage\":\"\($0.name)\"}"
    }
    print("{\"stages\":[\(lines.joined(separator: ","))]}")
  }
}
