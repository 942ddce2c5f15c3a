package import APCore

/// What products are asked to be made of.
package enum ProductPrecision: String, CaseIterable, Sendable {
  case f32
  /// bfloat16: faster on processors with good instructions for it, and less exact.
  case bf16
  /// bfloat16 where it is faster, else float32.
  case auto

  /// The format that is meant; for `auto`, what is faster on this processor. The report and the log are told.
  package func format(in context: FilterContext) -> NumberFormat {
    let times = self == .auto ? ProductTimes.measured() : nil
    let format = times?.faster ?? (self == .f32 ? .f32 : .bf16)
    context.report.add(
      "precision",
      [
        "asked": .string(rawValue), "bf16-speed": times.map { JSONValue($0.speedOfBF16) } ?? .null,
        "multiplied": .string(format.rawValue),
      ])
    if let times {
      let speed = (100 * times.speedOfBF16).rounded() / 100
      context.log.debug("Multiplies \(format): here, bf16 is \(speed) times as fast as f32.")
    }
    return format
  }
}
