package import ArgumentParser
package import Tensors

/// The options for the numbers that a network calculates with, which all filters with a network share.
package struct NumericsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Calculate in this format: bf16 is faster on some processors, and less exact; auto chooses the \
      faster one.
      """,
      valueName: "f32|bf16|auto"))
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

extension NumberFormat: ExpressibleByArgument {}
extension ProductPrecision: ExpressibleByArgument {}
