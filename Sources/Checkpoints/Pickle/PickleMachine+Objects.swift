import APCore

extension PickleMachine {
  func global(module: String, name: String) -> Node {
    .opaque(.init(name: "\(module).\(name)"))
  }

  /// Stands for `callee(*arguments)`, and for `callee.__new__` with keywords.
  ///
  /// - Parameter ids: the callee, a tuple of arguments, and perhaps keywords.
  mutating func call(_ ids: [ID]) throws(FilterError) {
    guard case .opaque(let callee) = nodes[ids[0]], case .tuple(let arguments) = nodes[ids[1]]
    else {
      throw reader.damaged(
        "something that is not a function is called before byte \(reader.offset)")
    }
    switch callee.name {
    case "collections.OrderedDict" where arguments.isEmpty:
      push(.dict([]))
    case "torch._utils._rebuild_tensor_v2" where !isOpaque(arguments.first):
      push(.tensor(try tensor(arguments)))
    case "torch._utils._rebuild_parameter" where !isOpaque(arguments.first):
      guard let first = arguments.first, case .tensor(let tensor) = nodes[first] else {
        throw reader.damaged("a parameter before byte \(reader.offset) has no tensor")
      }
      push(.tensor(tensor))
    default:
      // A result that is called again keeps the name of the first callee.
      push(.opaque(.init(name: callee.name, arguments: arguments)))
    }
  }

  /// Whether a tensor's storage is of a type not known here, such as complex numbers.
  private func isOpaque(_ id: ID?) -> Bool {
    if let id, case .opaque = nodes[id] { true } else { false }
  }

  /// Keeps the state of an opaque object; attributes set on a dict or a tensor are dropped, as
  /// `state_dict()`'s own `_metadata` is.
  mutating func build(state: ID) throws(FilterError) {
    let target = try top()
    if case .opaque(var object) = nodes[target] {
      object.state = state
      nodes[target] = .opaque(object)
    }
  }

  /// `("storage", class, key, device, elements)`: a file in the archive.
  mutating func storage(_ id: ID) throws(FilterError) -> Node {
    guard
      case .tuple(let parts) = nodes[id], parts.count >= 5, nodes[parts[0]].string == "storage",
      case .opaque(let storageClass) = nodes[parts[1]],
      let key = nodes[parts[2]].string, let count = nodes[parts[4]].int
    else { throw reader.damaged("a storage before byte \(reader.offset) is not described") }
    guard let type = ElementType(torchStorage: storageClass.name) else {
      return .opaque(.init(name: storageClass.name))
    }
    guard let range = findStorage(key) else {
      throw reader.damaged("the storage \"\(key)\" is not in the archive")
    }
    guard count == range.count / type.byteCount, range.count.isMultiple(of: type.byteCount) else {
      throw reader.damaged(
        "the storage \"\(key)\" should have \(count) elements of \(type), but has \(range.count) bytes"
      )
    }
    return .storage(.init(name: storageClass.name, type: type, range: range))
  }

  /// `(storage, offset, size, stride, …)`; the rest is about gradients.
  private func tensor(_ arguments: [ID]) throws(FilterError) -> StoredTensor {
    guard
      arguments.count >= 4, case .storage(let storage) = nodes[arguments[0]],
      let offset = nodes[arguments[1]].int,
      let shape = integers(arguments[2]), let strides = integers(arguments[3])
    else { throw reader.damaged("a tensor before byte \(reader.offset) is not described") }
    guard
      let tensor = StoredTensor(
        type: storage.type, shape: shape, strides: strides, offset: offset, storage: storage.range)
    else {
      throw reader.damaged(
        "a tensor of shape \(shape), strides \(strides) and offset \(offset) does not fit its "
          + "storage of \(storage.range.count) bytes")
    }
    return tensor
  }

  private func integers(_ id: ID) -> [Int]? {
    guard case .tuple(let ids) = nodes[id], ids.count <= StoredTensor.maximumRank else {
      return nil
    }
    let values = ids.compactMap { nodes[$0].int }
    return values.count == ids.count ? values : nil
  }
}
