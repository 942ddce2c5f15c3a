/// The type of a stored tensor's elements.
package enum ElementType: String, Sendable, CaseIterable {
  case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64
  case float16, bfloat16, float32, float64
  case float8E4M3, float8E5M2

  /// Bytes an element.
  package var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8E4M3, .float8E5M2: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }

  /// Whether every value is exactly a `Float`, so that `Weights.floats` takes it.
  package var widensToFloat: Bool {
    self == .float16 || self == .bfloat16 || self == .float32
  }

  /// A safetensors `dtype`.
  init?(safetensors name: String) {
    switch name {
    case "BOOL": self = .bool
    case "U8": self = .uint8
    case "I8": self = .int8
    case "U16": self = .uint16
    case "I16": self = .int16
    case "U32": self = .uint32
    case "I32": self = .int32
    case "U64": self = .uint64
    case "I64": self = .int64
    case "F16": self = .float16
    case "BF16": self = .bfloat16
    case "F32": self = .float32
    case "F64": self = .float64
    case "F8_E4M3": self = .float8E4M3
    case "F8_E5M2": self = .float8E5M2
    default: return nil
    }
  }

  /// A class in PyTorch's pickles such as `torch.HalfStorage`.
  init?(torchStorage name: String) {
    switch name {
    case "torch.BoolStorage": self = .bool
    case "torch.ByteStorage": self = .uint8
    case "torch.CharStorage": self = .int8
    case "torch.ShortStorage": self = .int16
    case "torch.IntStorage": self = .int32
    case "torch.LongStorage": self = .int64
    case "torch.HalfStorage": self = .float16
    case "torch.BFloat16Storage": self = .bfloat16
    case "torch.FloatStorage": self = .float32
    case "torch.DoubleStorage": self = .float64
    default: return nil
    }
  }
}
