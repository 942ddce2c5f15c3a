import APCore

@testable import Checkpoints

extension FuzzTarget {
  static let checkpointTargets = [
    FuzzTarget("pickle", maximumBytes: 4096) { bytes in
      try bytes.withUnsafeBytes { bytes in
        let graph = try PickleMachine.values(in: bytes, path: "data.pkl") { name in
          Int(name).map { 0..<min(64, max(0, $0)) }
        }
        visit(CheckpointValue(graph: graph, node: graph.root))
      }
    },
    FuzzTarget("zip", maximumBytes: 4096) { bytes in
      try bytes.withUnsafeBytes { bytes in
        let archive = try ZipArchive(bytes, path: "model.pt")
        for (name, range) in archive.entries {
          try BrokenPromise.unless(
            range.lowerBound >= 0 && range.upperBound <= bytes.count, "\(name) lies at \(range)")
        }
      }
    },
    FuzzTarget("safetensors", maximumBytes: 4096) { bytes in
      try bytes.withUnsafeBytes { bytes in
        _ = try Safetensors(bytes, path: "model.safetensors")
      }
    },
    // The two kinds of file as a whole, down to the numbers of every tensor.
    FuzzTarget("checkpoint", maximumBytes: 8192) { bytes in
      guard !bytes.isEmpty else { return }
      let region = ByteRegion(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
      let checkpoint = try Checkpoint(region: region, path: "model")
      visit(checkpoint.content)
      let weights = checkpoint.weights()
      for name in checkpoint.tensors.keys {
        guard let shape = weights.shape(name) else { continue }
        // What overlaps or is a view may stand for far more numbers than the file has.
        guard shape.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) < 1 << 16
        else { continue }
        let tensor = try weights.tensor(name, shape: shape)
        if tensor.type.widensToFloat { _ = try weights.floats(name, shape: shape) }
      }
    },
  ]

  /// Opens values, a few thousand of them: a graph may say that a list holds itself.
  private static func visit(_ value: CheckpointValue) {
    var open = [value]
    var seen = 0
    while seen < 3000, let value = open.popLast() {
      seen += 1
      switch value.kind {
      case .list(let items), .tuple(let items): open += items
      case .dict(let items): open += items.flatMap { [$0.key, $0.value] }
      case .opaque(let object): open += (object.arguments ?? []) + [object.state].compactMap { $0 }
      default: break
      }
    }
  }
}
