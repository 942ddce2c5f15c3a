import APCore
import ArgumentParser
import Checkpoints
import Demucs
import NetworkCommand
import Tensors

struct DemucsBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demucs",
    abstract: "Time one segment of a network, its stages, and square matrix products.")

  @OptionGroup var options: BenchOptions
  @OptionGroup var rounds: Rounds
  @OptionGroup var numbers: NumericsOptions

  @Flag(help: "Leave the matrix products out.")
  var segmentOnly = false

  func run() throws {
    let workers = options.workers
    let numerics = numbers.precision.numerics(
      stored: numbers.weights, auto: HTDemucsPart.exactEnough)
    let checkpoint = try Checkpoint.open(options.model)
    let config = try HTDemucsConfig(checkpoint)
    let network = try HTDemucs(
      checkpoint.weights(), config: config, workers: workers, numerics: numerics)
    let products =
      segmentOnly
      ? ""
      : "\"openblas\":\(try openBLAS()),\"ours\":\(ours(workers, numerics)),"
    let (seconds, fastest) = times(of: network)
    let stages = fastest.map { stage, time in
      let cost = config.costs[stage]
      return "{\"bytes\":\(cost?.bytes ?? 0),\"operations\":\(cost?.operations ?? 0),"
        + "\"seconds\":\(time),\"stage\":\"\(stage)\"}"
    }
    print("{\(products)\"seconds\":\(seconds),\"stages\":[\(stages.joined(separator: ","))]}")
  }

  /// Times of a segment of noise, as `Rounds` takes them.
  private func times(
    of network: HTDemucs
  ) -> (seconds: [Double], stages: [(stage: String, seconds: Double)]) {
    let mix = noise(network.channels * network.segmentFrames)
    var stems = [Float](repeating: 0, count: network.sources.count * mix.count)
    return rounds.times {
      let probe = Probe()
      network.probe = probe
      mix.withUnsafeBufferPointer { mix in
        stems.withUnsafeMutableBufferPointer { network.separate(mix, into: $0) }
      }
      return probe.times
    }
  }

  private static let size = 2048

  /// The median of some, in operations a second.
  private func rate(_ multiply: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<7).map { _ in clock.measure(multiply) / .seconds(1) }.sorted()
    let size = Double(DemucsBench.size)
    return 2 * size * size * size / times[times.count / 2]
  }

  private func ours(_ workers: Workers, _ numerics: Numerics) -> Double {
    let size = DemucsBench.size
    let layer = Linear(
      weight: (0..<size * size).map { Float($0 % 7) }, bias: Array(repeating: 0, count: size),
      numerics: numerics)
    let input = TokenPanels(channels: size, groups: 1, tokens: size)
    let output = TokenPanels(channels: size, groups: 1, tokens: size)
    return rate {
      workers.run(input.count) { panel, scratch in
        layer(input[panel], into: output[panel], scratch)
      }
    }
  }

  private func openBLAS() throws -> Double {
    let library = try OpenBLAS(threads: options.threads)
    let size = DemucsBench.size
    let a = (0..<size * size).map { Float($0 % 7) }
    var c = [Float](repeating: 0, count: size * size)
    return rate { library.multiply(a, a, into: &c, size: size) }
  }
}
