import APCore
import TestSupport
import Testing

@testable import Checkpoints

/// A network with one infinite weight makes sound of nothing but NaN.
@Suite struct FinitenessTests {
  private static let values: [(type: String, bits: UInt32, isGood: Bool)] = [
    ("F32", 0x7f80_0000, false), ("F32", 0xff80_0000, false), ("F32", 0x7fc0_0000, false),
    ("F32", 0x7f7f_ffff, true), ("F32", 0x8000_0001, true),
    ("F16", 0x7c00, false), ("F16", 0xfe01, false), ("F16", 0x7bff, true), ("F16", 0x03ff, true),
    ("BF16", 0x7f80, false), ("BF16", 0xffc1, false), ("BF16", 0x7f7f, true),
    ("BF16", 0x807f, true),
  ]

  /// A file whose tensor `a.weight` has 10,000 ones, but for one element.
  private func file(_ type: String, _ bits: UInt32, at place: Int) -> [UInt8] {
    let size = type == "F32" ? 4 : 2
    let one: UInt32 = type == "F32" ? 0x3f80_0000 : type == "F16" ? 0x3c00 : 0x3f80
    let header =
      #"{"a.weight":{"dtype":"\#(type)","shape":[100,100],"data_offsets":[0,\#(10_000 * size)]}}"#
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    bytes += header.utf8
    for index in 0..<10_000 {
      let value = index == place ? bits : one
      bytes += withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(size)) }
    }
    return bytes
  }

  @Test(arguments: values, [0, 4_095, 4_096, 9_999])
  func itIsNamed(value: (type: String, bits: UInt32, isGood: Bool), place: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(file(value.type, value.bits, at: place), to: "model.safetensors")
    let weights = try Checkpoint.open(path).weights()
    for take in [
      { _ = try weights["a"].floats("weight", shape: [100, 100]) },
      { _ = try weights["a"].rows("weight", shape: [100, 100]) },
    ] {
      guard !value.isGood else {
        try take()
        continue
      }
      let error = #expect(throws: FilterError.self) { try take() }
      #expect(error?.code == .notFiniteTensor)
      #expect(error?.code.status == .data)
      #expect(
        error?.message
          == "\(path): the tensor \"a.weight\" is damaged: element \(place) is infinite or not a number."
      )
    }
  }
}
