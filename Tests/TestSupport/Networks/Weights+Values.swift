package import Checkpoints

/// A tensor of a checkpoint, float32.
package struct TensorValues {
  package let shape: [Int]
  package let values: [Float]

  package init(_ values: [Float], shape: [Int]? = nil) {
    self.values = values
    self.shape = shape ?? [values.count]
  }
}

/// The weights of a layer out of a file of these tensors.
package func weights(_ tensors: [String: TensorValues]) throws -> Weights {
  let folder = try TemporaryFolder()
  let path = try folder.write(safetensors(tensors), to: "layer.safetensors")
  return try Checkpoint.open(path).weights()
}

/// A file of these tensors.
package func safetensors(_ tensors: [String: TensorValues]) -> [UInt8] {
  var header: [String] = []
  var data: [UInt8] = []
  for (name, tensor) in tensors {
    let end = data.count + 4 * tensor.values.count
    header.append(
      #""\#(name)":{"dtype":"F32","shape":\#(tensor.shape),"data_offsets":[\#(data.count),\#(end)]}"#
    )
    for value in tensor.values { data += le32(value.bitPattern) }
  }
  let text = Array("{\(header.joined(separator: ","))}".utf8)
  return le64(UInt64(text.count)) + text + data
}
