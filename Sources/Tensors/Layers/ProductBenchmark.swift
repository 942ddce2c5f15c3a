/// Times a square matrix product of this library's kernels: the yardstick of a network's speed.
package struct ProductBenchmark {
  private let layer: Linear
  private let input: TokenPanels
  private let output: TokenPanels
  private let workers: Workers

  /// - Parameter size: rows, columns and depth.
  package init(size: Int, workers: Workers, numerics: Numerics) {
    layer = Linear(
      weight: (0..<size * size).map { Float($0 % 7) }, bias: Array(repeating: 0, count: size),
      numerics: numerics)
    input = TokenPanels(channels: size, groups: 1, tokens: size)
    output = TokenPanels(channels: size, groups: 1, tokens: size)
    self.workers = workers
  }

  /// Multiplies once.
  package func run() {
    workers.run(input.count) { panel, scratch in
      layer(Floats(input.panel(panel)), into: output.panel(panel), scratch)
    }
  }
}
