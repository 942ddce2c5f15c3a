/// A value in a checkpoint, such as the arguments a model was made with.
///
/// A view into the file's values, opened one level at a time by `kind`: a value that contains
/// itself, or a million nested tuples, costs nothing until somebody follows it.
package struct CheckpointValue: Sendable {
  /// One level of a value.
  package enum Kind: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([CheckpointValue])
    case tuple([CheckpointValue])
    case dict([(key: CheckpointValue, value: CheckpointValue)])
    case tensor(type: ElementType, shape: [Int])
    case opaque(Opaque)
  }

  /// A class, or what a call would have made: kept as words, never run.
  package struct Opaque: Sendable {
    /// Module and name, as in `fractions.Fraction`.
    package let name: String
    /// What it would have been called with; nil where it is not called.
    package let arguments: [CheckpointValue]?
    /// What would have been set on the result.
    package let state: CheckpointValue?
  }

  let graph: ValueGraph
  let node: ValueGraph.ID

  /// What this is, with its immediate contents.
  package var kind: Kind {
    switch graph.nodes[node] {
    case .none: .none
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    case .bytes(let value): .bytes(value)
    case .list(let ids): .list(ids.map(at))
    case .tuple(let ids): .tuple(ids.map(at))
    case .dict(let pairs): .dict(pairs.map { (at($0.key), at($0.value)) })
    case .tensor(let tensor): .tensor(type: tensor.type, shape: tensor.shape)
    case .storage(let storage): .opaque(Opaque(name: storage.name, arguments: [], state: nil))
    case .opaque(let object):
      .opaque(
        Opaque(
          name: object.name, arguments: object.arguments?.map(at), state: object.state.map(at)))
    }
  }

  /// The value of a key in a dict; nil where it is absent or this is not a dict.
  package subscript(key: String) -> CheckpointValue? {
    guard case .dict(let pairs) = graph.nodes[node] else { return nil }
    // The last one counts, as it would after Python had set them one by one.
    return pairs.last { graph.nodes[$0.key].string == key }.map { at($0.value) }
  }

  private func at(_ id: ValueGraph.ID) -> CheckpointValue {
    CheckpointValue(graph: graph, node: id)
  }
}

/// All values of one checkpoint, in one flat table: no chain of references to free or to follow,
/// however deep the file nests.
final class ValueGraph: Sendable {
  typealias ID = Int

  /// A value whose contents are other rows of the table.
  enum Node: Sendable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([ID])
    case tuple([ID])
    case dict([(key: ID, value: ID)])
    indirect case tensor(StoredTensor)
    indirect case storage(Storage)
    indirect case opaque(Object)

    var string: String? {
      if case .string(let value) = self { value } else { nil }
    }

    var int: Int? {
      if case .int(let value) = self { value } else { nil }
    }
  }

  /// A run of elements in the file that tensors share.
  struct Storage: Sendable {
    let name: String
    let type: ElementType
    let range: Range<Int>
  }

  /// A global, or a call that is not made.
  struct Object: Sendable {
    let name: String
    var arguments: [ID]?
    var state: ID?
  }

  let nodes: [Node]
  let root: ID

  init(nodes: [Node], root: ID) {
    self.nodes = nodes
    self.root = root
  }
}
