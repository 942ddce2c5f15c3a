internal import ArgumentParser
import Checkpoints
import Glibc
import NetworkCommand
import SAMAudio
import Separation
internal import Tensors

/// How far solvers of few steps end from one of many.
struct SolverBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sam-solvers",
    abstract: "Compare SAM-Audio's solvers and precisions with 128 midpoint steps in f32.")

  @OptionGroup var options: BenchOptions

  @Option(help: "The window's length in seconds.")
  var seconds = 2

  @Option(help: "What is multiplied; can be repeated.")
  var precision = [ProductPrecision.f32]

  private static let reference = ODESolver(method: .midpoint, steps: 128)
  private static let solvers: [ODESolver] = [
    ODESolver(method: .midpoint, steps: 16), ODESolver(method: .midpoint, steps: 8),
    ODESolver(method: .adamsBashforth, steps: 32), ODESolver(method: .adamsBashforth, steps: 16),
    ODESolver(method: .adamsBashforth, steps: 8), ODESolver(method: .euler, steps: 32),
    ODESolver(method: .euler, steps: 16), ODESolver(method: .euler, steps: 8),
  ]

  func run() throws {
    let window = try SolverWindow(
      model: options.model, seconds: seconds, workers: options.workers)
    let (exact, _) = try window.solve([Self.reference], in: .f32)[0]
    var rows: [String] = []
    for precision in precision {
      let answers = try window.solve(Self.solvers, in: precision)
      for (solver, (state, seconds)) in zip(Self.solvers, answers) {
        rows.append(
          "{\"decibels\":\(SolverWindow.decibels(state, from: exact)),"
            + "\"evaluations\":\(solver.evaluations),\"method\":\"\(solver.method.rawValue)\","
            + "\"precision\":\"\(precision.rawValue)\",\"seconds\":\(seconds),\"steps\":\(solver.steps)}"
        )
      }
    }
    print("{\"solvers\":[\(rows.joined(separator: ","))]}")
  }
}

/// A window of sound, a prompt and noise, from which all solvers start.
private struct SolverWindow {
  private let model: SAMAudioModel
  private let workers: Workers
  private let mixture: Latent
  private let text: TextFeatures
  private let noise: [Float]

  init(model name: String, seconds: Int, workers: Workers) throws {
    model = try SAMModels.standard.find(name).open()
    self.workers = workers
    let config = model.config
    let codec = try DACVAE(
      model.tensors.weights(), config: config.audioCodec, workers: workers)
    mixture = codec.encode(
      (0..<seconds * config.audioCodec.sampleRate).map { index in
        let phase = Float(index % 1000) / 500 - 1
        return phase * (1 - abs(phase))
      })
    text = try model.textEncoder.encoder(numerics: Numerics(), workers: workers)([3, 40, 77, 1])
    var generator = TorchGenerator(seed: 0)
    noise = generator.normals(2 * mixture.values.count)
  }

  /// Where solvers end, and the seconds that each takes.
  func solve(
    _ solvers: [ODESolver], in precision: ProductPrecision
  ) throws -> [(state: [Float], seconds: Double)] {
    let transformer = try DiffusionTransformer(
      model.tensors.weights(), config: model.config,
      numerics: precision.numerics(stored: nil, auto: DiffusionPart.exactEnough), workers: workers)
    let clock = ContinuousClock()
    return solvers.map { solver in
      let start = clock.now
      let field = transformer.field(mixture: mixture, text: text, times: solver.times)
      return (solver(from: noise, field), (clock.now - start) / .seconds(1))
    }
  }

  /// How much louder a state is than its distance from another.
  static func decibels(_ state: [Float], from exact: [Float]) -> Double {
    func power(_ values: some Sequence<Float>) -> Double {
      values.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let error = power(zip(state, exact).map { $0 - $1 })
    return 10 * log10(power(exact) / error)
  }
}
