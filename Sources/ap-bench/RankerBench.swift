internal import ArgumentParser
import NetworkCommand
import SAMAudio
internal import Tensors

struct RankerBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sam-ranker",
    abstract: "Time a model that finds sounds for SAM-Audio, or chooses among them, on one window.")

  /// What the model does.
  enum Kind: String, CaseIterable, ExpressibleByArgument {
    /// Says in which frames a sound is heard.
    case frames
    /// Rates a sound by its mixture, which it listens to as well.
    case judge
    /// Compares a sound with a text.
    case clap
  }

  @Argument(help: "What the model does.")
  var kind: Kind

  @OptionGroup var options: BenchOptions
  @OptionGroup var rounds: Rounds

  @Option(help: "The window's length in seconds.")
  var seconds = 10

  @Option(help: "In what the weights are kept in memory; as they are stored, if not given.")
  var weights: NumberFormat?

  func run() throws {
    let listen = try loaded()
    let clock = ContinuousClock()
    let times = (0..<rounds.rounds).map { _ in clock.measure(listen) / .seconds(1) }
    print("{\"seconds\":\(times)}")
  }

  /// Loads the model, without what reads prompts.
  private func loaded() throws -> () -> Void {
    let workers = options.workers
    let folder = options.model
    let numerics = Numerics(stored: weights)
    let sound = noise(seconds * 48_000)
    switch kind {
    case .frames:
      let files = try FrameModelFiles(name: folder, folder: folder)
      let (channels, frames) = (128, seconds * 25)
      let scorer = try files.scorer(channels: channels, numerics: numerics, workers: workers)
      let latent = Latent(channels: channels, frames: frames, values: noise(channels * frames))
      let text = TextFeatures(tokens: 1, width: files.width, values: noise(files.width))
      return { _ = scorer(latent, texts: [text]) }
    case .judge:
      let files = try JudgeFiles(name: folder, folder: folder)
      let judge = try files.judge(numerics: numerics, workers: workers)
      let text = noise(files.textWidth)
      return { _ = judge([sound], in: judge.frames(of: sound), text: text) }
    case .clap:
      let encoder = try CLAPFiles(
        name: folder, paths: CLAPFiles.paths(in: folder, text: "\(folder)/roberta-base")
      ).audioEncoder(numerics: numerics, workers: workers)
      return { _ = encoder(sound) }
    }
  }
}
