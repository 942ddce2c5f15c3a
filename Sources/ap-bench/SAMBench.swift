internal import ArgumentParser
import NetworkCommand
import SAMAudio
internal import Tensors

struct SAMBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sam", abstract: "Time the parts of a SAM-Audio model on one window.")

  @OptionGroup var options: BenchOptions
  @OptionGroup var numbers: NumericsOptions

  @Option(help: "The window's length in seconds.")
  var seconds = 10

  func run() throws {
    let stages = try ModelBenchmark(
      model: options.model, seconds: seconds,
      numerics: numbers.precision.numerics(
        stored: numbers.weights, auto: DiffusionPart.exactEnough),
      workers: options.workers
    ).run()
    let lines = stages.map {
      "{\"operations\":\($0.operations),\"seconds\":\($0.seconds),\"stage\":\"\($0.name)\"}"
    }
    print("{\"stages\":[\(lines.joined(separator: ","))]}")
  }
}
