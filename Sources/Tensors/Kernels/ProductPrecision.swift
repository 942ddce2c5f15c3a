package import APCore

/// What products are asked to be made of.
package enum ProductPrecision: String, CaseIterable, Sendable {
  case f32
  /// 16 bits, bfloat16: faster on processors with good instructions for it, and less exact.
  case half
  /// int8 in linear layers, and 16 bits elsewhere where that is faster.
  case int8
  /// The fastest that is exact enough.
  case auto

  /// The numbers that are meant on this processor. The report and the log are told.
  ///
  /// - Parameters:
  ///   - stored: how weights are stored.
  ///   - formats: what `auto` may choose from in this network.
  package func numerics(
    stored: NumberFormat?, auto formats: [NumberFormat], in context: FilterContext
  ) -> Numerics {
    let times = self == .auto || self == .int8 ? ProductTimes.measured() : nil
    let numerics = numerics(stored: stored, auto: formats, times)
    context.report.add(
      "precision",
      [
        "asked": .string(rawValue),
        "bf16-speed": times.map { JSONValue($0.speed(.bf16)) } ?? .null,
        "int8-speed": times.map { JSONValue($0.speed(.int8)) } ?? .null,
        "multiplied": .string(numerics.multiplied.rawValue),
        "others": .string(numerics.others.rawValue),
      ])
    if let times {
      let speeds = [NumberFormat.bf16, .int8].map {
        "\($0) \((100 * times.speed($0)).rounded() / 100)"
      }
      context.log.debug(
        "Multiplies \(numerics.multiplied) in linear layers and \(numerics.others) elsewhere. "
          + "As fast as f32 here, times: \(speeds.joined(separator: ", ")).")
    }
    return numerics
  }

  /// The numbers that are meant where products take some times.
  ///
  /// - Parameter times: nil, of `auto` and `int8`, to measure them.
  package func numerics(
    stored: NumberFormat?, auto formats: [NumberFormat], _ times: ProductTimes? = nil
  ) -> Numerics {
    switch self {
    case .f32: return Numerics(stored: stored)
    case .half: return Numerics(stored: stored, multiplied: .bf16)
    case .int8, .auto:
      let times = times ?? .measured()
      return Numerics(
        stored: stored, multiplied: self == .int8 ? .int8 : times.fastest(of: formats),
        others: times.fastest(of: [.f32, .bf16]))
    }
  }
}
