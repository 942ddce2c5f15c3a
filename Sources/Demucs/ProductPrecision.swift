import Tensors

/// What a network's products are made of; sums are float32 whichever it is.
package enum ProductPrecision: String, CaseIterable, Sendable {
  case f32
  /// bfloat16: half the time on processors that have instructions for it.
  case bf16
  /// bfloat16 where it is faster, else float32.
  case auto

  var products: Precision {
    switch self {
    case .f32: .f32
    case .bf16: .bf16
    case .auto: Precision.hasFastBF16 ? .bf16 : .f32
    }
  }
}
