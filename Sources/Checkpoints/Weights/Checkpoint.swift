package import APCore

/// A file with a model's weights, mapped into memory: a PyTorch archive (`.th`, `.pt`) or a
/// safetensors file. Nothing in it is run, and no tensor is read until it is taken.
package struct Checkpoint: Sendable {
  /// Where the file lies.
  package let path: String
  /// Everything that is not a tensor: the value that was given to `torch.save`, or the strings of
  /// `__metadata__` as a dict.
  package let content: CheckpointValue

  let region: ByteRegion
  let tensors: [String: StoredTensor]

  /// Opens a file and recognises its kind by its content, whatever its name.
  ///
  /// - Throws: `FilterError.Code.noInput` where there is no such file, `.damagedCheckpoint`,
  ///   `.unsupportedCheckpoint` for another kind of file.
  package static func open(_ path: String) throws(FilterError) -> Checkpoint {
    try Checkpoint(region: try ByteRegion(mapping: path), path: path)
  }

  /// The tensors, none of them taken yet.
  package func weights() -> Weights {
    Weights(WeightMap(self))
  }

  init(region: ByteRegion, path: String) throws(FilterError) {
    let bytes = region.bytes
    self.region = region
    self.path = path
    if ZipArchive.recognises(bytes) {
      content = try Self.readArchive(bytes, path: path)
      tensors = try Self.stateTensors(in: content, path: path)
    } else if Safetensors.recognises(bytes) {
      let file = try Safetensors(bytes, path: path)
      content = CheckpointValue(.object(file.metadata.mapValues { .string($0) }))
      tensors = file.tensors
    } else if bytes[0] == PickleOpcode.proto.rawValue {
      throw .unsupportedCheckpoint(
        path, "it is a bare pickle, as torch.save wrote before version 1.6",
        advice: "Load it with a later torch and save it again.")
    } else {
      throw .unsupportedCheckpoint(path, "it is neither a PyTorch archive nor a safetensors file")
    }
  }

  private static func readArchive(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(FilterError) -> CheckpointValue {
    let archive = try ZipArchive(bytes, path: path)
    let pickles = archive.entries.filter { $0.key.hasSuffix("/data.pkl") }
    guard let pickle = pickles.first, pickles.count == 1 else {
      throw .unsupportedCheckpoint(
        path, "it is an archive with \(pickles.count) data.pkl, but PyTorch's have one")
    }
    let folder = pickle.key.dropLast("data.pkl".count)
    if let order = archive.entries["\(folder)byteorder"],
      !bytes[order].elementsEqual("little".utf8)
    {
      throw .unsupportedCheckpoint(path, "its numbers are not in little-endian order")
    }
    let graph = try PickleMachine.values(
      in: UnsafeRawBufferPointer(rebasing: bytes[pickle.value]), path: path
    ) { archive.entries["\(folder)data/\($0)"] }
    return CheckpointValue(graph: graph, node: graph.root)
  }

  /// The state dict: the value itself, or its `state` (Demucs), `state_dict` or `model_state_dict` (MSST, in training).
  private static func stateTensors(
    in content: CheckpointValue, path: String
  ) throws(FilterError) -> [String: StoredTensor] {
    let state =
      ["state", "state_dict", "model_state_dict"].lazy.compactMap { content[$0] }.first ?? content
    let graph = state.graph
    guard case .dict(let pairs) = graph.nodes[state.node] else {
      throw .unsupportedCheckpoint(path, "it holds no dict of tensors")
    }
    guard state["__quantized"] == nil else {
      throw .unsupportedCheckpoint(
        path, "its tensors are quantized with diffq",
        advice: "Use the checkpoint that is not quantized.")
    }
    var tensors: [String: StoredTensor] = [:]
    for (key, value) in pairs {
      guard let name = graph.nodes[key].string, case .tensor(let tensor) = graph.nodes[value]
      else { continue }
      tensors[name] = tensor
    }
    return tensors
  }
}
