#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Fade {
  /// The rising weights of a crossfade over `count` frames; the falling ones are `1 - w`.
  ///
  /// Both are exact in `Float` and add up to exactly 1: those below a half are made as the
  /// differences to 1 of those above, which round nothing.
  package func weights(count: Int) -> [Float] {
    precondition(count >= 0, "count must not be negative")
    var weights = [Float](repeating: 0.5, count: count)
    for index in (count + 1) / 2..<max(count, (count + 1) / 2) {
      let place = (Double(index) + 0.5) / Double(count)
      let weight =
        switch self {
        case .cosine: Float(0.5 - 0.5 * cos(.pi * place))
        case .linear: Float(place)
        }
      weights[index] = weight
      weights[count - 1 - index] = 1 - weight
    }
    return weights
  }
}
