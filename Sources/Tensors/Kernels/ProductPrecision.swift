package import APCore

/// What products are asked to be made of.
package enum ProductPrecision: String, CaseIterable, Sendable {
  case f32
  /// 16 bits: half precision or bfloat16, whichever is faster.
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
    let times = self == .f32 ? nil : ProductTimes.measured()
    let numerics = numerics(stored: stored, auto: formats, times)
    let fewer = [NumberFormat.f16, .bf16, .int8]
    var said: [String: JSONValue] = [
      "asked": .string(rawValue),
      "multiplied": .string(numerics.multiplied.rawValue),
      "others": .string(numerics.others.rawValue),
    ]
    for format in fewer {
      said["\(format)-speed"] = times.map { JSONValue($0.speed(format)) } ?? .null
    }
    context.report.add("precision", .object(said))
    if let times {
      let speeds = fewer.map { "\($0) \((100 * times.speed($0)).rounded() / 100)" }
      context.log.debug(
        "Multiplies \(numerics.multiplied) in linear layers and \(numerics.others) elsewhere. "
          + "As fast as f32 here, times: \(speeds.joined(separator: ", ")).")
    }
    return numerics
  }

  /// The numbers that are meant where products take some times.
  ///
  /// - Parameter times: nil, of all but `f32`, to measure them.
  package func numerics(
    stored: NumberFormat?, auto formats: [NumberFormat], _ times: ProductTimes? = nil
  ) -> Numerics {
    guard self != .f32 else { return Numerics(stored: stored) }
    let times = times ?? .measured()
    let multiplied =
      switch self {
      case .f32: NumberFormat.f32
      case .half: times.half
      case .int8: NumberFormat.int8
      case .auto: times.fastest(of: formats)
      }
    return Numerics(
      stored: stored, multiplied: multiplied, others: times.fastest(of: [.f32, .f16, .bf16]))
  }
}
