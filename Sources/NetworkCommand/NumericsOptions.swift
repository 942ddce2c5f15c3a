package import ArgumentParser
package import Tensors

/// The options for the numbers that a network calculates with, which all filters with a network share.
package struct NumericsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Calculate in this format: half (16 bits) and int8 are faster on many processors, and less exact; auto \
      chooses the fastest one that is exact enough.
      """,
      valueName: "f32|half|int8|auto"))
  package var precision = ProductPrecision.f32

  @Option(
    help: ArgumentHelp(
      """
      Keep the model's weights in memory in this format; bf16 and f16 take half as much as f32. \
      (default: unrounded)
      """,
      valueName: "f32|bf16|f16"))
  package var weights: NumberFormat?

  package init() {}
}

extension NumberFormat: ExpressibleByArgument {
  package static var allValueStrings: [String] { stored.map(\.rawValue) }

  package init?(argument: String) {
    guard let format = Self.stored.first(where: { $0.rawValue == argument }) else { return nil }
    self = format
  }
}
extension ProductPrecision: ExpressibleByArgument {}
