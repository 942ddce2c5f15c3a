import TestSupport

@testable import Checkpoints
@testable import Tensors

/// Tensors of a checkpoint in memory, to be written as a file of another kind.
struct TestTensors {
  struct Tensor: Equatable {
    var type: ElementType
    var shape: [Int]
    /// Elements in row-major order.
    var bytes: [UInt8]

    /// Elements of a tensor that can be widened.
    var floats: [Float] {
      bytes.withUnsafeBytes { widened($0, type: type, count: shape.reduce(1, *)) }
    }
  }

  var tensors: [String: Tensor] = [:]

  init(_ tensors: [String: Tensor] = [:]) {
    self.tensors = tensors
  }

  init(_ map: WeightMap) throws {
    let weights = map.weights()
    for name in map.names {
      let tensor = try weights.tensor(name, shape: map.shape(name) ?? [])
      tensors[name] = Tensor(type: tensor.type, shape: tensor.shape, bytes: Array(tensor.bytes))
    }
  }

  init(file path: String) throws {
    try self.init(WeightMap(Checkpoint.open(path)))
  }

  /// Those whose names pass.
  func filter(_ isIncluded: (String) -> Bool) -> TestTensors {
    TestTensors(tensors.filter { isIncluded($0.key) })
  }

  /// All elements rounded to half the size.
  func narrowed(to format: NumberFormat) -> TestTensors {
    TestTensors(
      tensors.mapValues { tensor in
        Tensor(
          type: format == .bf16 ? .bfloat16 : .float16, shape: tensor.shape,
          bytes: tensor.floats.flatMap { le16(format.narrowed($0)) })
      })
  }

  /// The bytes of a safetensors file.
  var safetensors: [UInt8] {
    var header: [String] = []
    var data: [UInt8] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      let type =
        switch tensor.type {
        case .float16: "F16"
        case .bfloat16: "BF16"
        default: "F32"
        }
      header.append(
        #""\#(name)":{"dtype":"\#(type)","shape":\#(tensor.shape),"#
          + #""data_offsets":[\#(data.count),\#(data.count + tensor.bytes.count)]}"#)
      data += tensor.bytes
    }
    let text = Array("{\(header.joined(separator: ","))}".utf8)
    return le64(UInt64(text.count)) + text + data
  }

  /// The bytes of a PyTorch archive of a dict of these float32 tensors.
  var archive: [UInt8] {
    var pickle: [UInt8] = [0x80, 2, UInt8(ascii: "}"), UInt8(ascii: "(")]
    var storages: [[UInt8]] = []
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      var strides = tensor.shape.map { _ in Int32(1) }
      for index in strides.indices.dropLast().reversed() {
        strides[index] = strides[index + 1] * Int32(tensor.shape[index + 1])
      }
      pickle += TestPickle.string(name)
      pickle += TestPickle.rebuilt(
        storage: "FloatStorage", key: "\(storages.count)", count: Int32(tensor.bytes.count / 4),
        shape: tensor.shape.map { Int32($0) }, strides: strides)
      storages.append(tensor.bytes)
    }
    return TestArchive(pickle: pickle + Array("u.".utf8), storages: storages).bytes
  }

  /// The tensor with its dimensions in another order.
  static func turned(_ tensor: Tensor, _ order: [Int]) -> Tensor {
    let shape = order.map { tensor.shape[$0] }
    let size = tensor.type.byteCount
    var bytes: [UInt8] = []
    for element in 0..<shape.reduce(1, *) {
      var rest = element
      var index = [Int](repeating: 0, count: shape.count)
      for dimension in shape.indices.reversed() {
        index[order[dimension]] = rest % shape[dimension]
        rest /= shape[dimension]
      }
      let source = zip(index, tensor.shape).reduce(0) { $0 * $1.1 + $1.0 }
      bytes += tensor.bytes[source * size..<(source + 1) * size]
    }
    return Tensor(type: tensor.type, shape: shape, bytes: bytes)
  }
}

extension TestTensors {
  /// The same tensors under other names.
  func renamed(_ name: (String) -> String) -> TestTensors {
    TestTensors(
      Dictionary(uniqueKeysWithValues: tensors.map { (name($0.key), $0.value) }))
  }
}
