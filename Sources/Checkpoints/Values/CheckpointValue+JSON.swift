package import APCore

extension CheckpointValue {
  /// A JSON value in the same form; safetensors files keep a model's arguments so.
  package init(_ json: JSONValue) {
    var nodes: [ValueGraph.Node] = []
    let root = Self.append(json, to: &nodes)
    self.init(graph: ValueGraph(nodes: nodes, root: root), node: root)
  }

  /// Recurses as deep as the parser allowed the text to nest.
  private static func append(_ json: JSONValue, to nodes: inout [ValueGraph.Node]) -> ValueGraph.ID
  {
    let node: ValueGraph.Node
    switch json {
    case .null: node = .none
    case .bool(let value): node = .bool(value)
    case .number(let text): node = json.int.map { .int($0) } ?? .double(Double(text) ?? .nan)
    case .string(let value): node = .string(value)
    case .array(let values): node = .list(values.map { append($0, to: &nodes) })
    case .object(let members):
      node = .dict(members.map { (append(.string($0), to: &nodes), append($1, to: &nodes)) })
    }
    nodes.append(node)
    return nodes.count - 1
  }
}
