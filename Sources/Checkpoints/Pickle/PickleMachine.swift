import APCore

/// Reads a pickle without running anything in it: calls and classes become opaque values, except
/// tensors and plain containers (Python's pickle.py; PEP 3154).
///
/// Values are rows of a flat table and the stack holds row numbers, so that neither depth nor
/// cycles cost anything, and each instruction makes at most one row.
struct PickleMachine {
  typealias ID = ValueGraph.ID
  typealias Node = ValueGraph.Node

  /// A pickle holds names and numbers; the tensors' bytes lie outside it. Those of released
  /// checkpoints have some 50 kB. The table grows to about 24 times the text.
  static let maximumBytes = 16 << 20

  var reader: ByteReader
  var nodes: [Node] = []
  private var stack: [ID] = []
  /// Stack heights at the marks that are set.
  private var marks: [Int] = []
  private var memo: [Int: ID] = [:]
  /// Finds a storage's bytes in the file by its key.
  let findStorage: (String) -> Range<Int>?

  private init(
    _ bytes: UnsafeRawBufferPointer, path: String, findStorage: @escaping (String) -> Range<Int>?
  ) {
    reader = ByteReader(bytes, path: path, part: "its pickle")
    self.findStorage = findStorage
  }

  /// Runs a whole pickle.
  ///
  /// - Parameters:
  ///   - path: the file, for messages.
  ///   - findStorage: where the bytes of a storage lie in the file, by its key.
  static func values(
    in bytes: UnsafeRawBufferPointer, path: String,
    findStorage: @escaping (String) -> Range<Int>?
  ) throws(FilterError) -> ValueGraph {
    guard bytes.count <= maximumBytes else {
      throw .unsupportedCheckpoint(
        path, "its pickle has \(bytes.count) bytes, but at most \(maximumBytes) are read")
    }
    var machine = PickleMachine(bytes, path: path, findStorage: findStorage)
    return try machine.run()
  }

  private mutating func run() throws(FilterError) -> ValueGraph {
    guard reader.bytes.first == PickleOpcode.proto.rawValue else {
      throw reader.damaged("the first byte is not that of a pickle of protocol 2 or later")
    }
    while true {
      let start = reader.offset
      let byte = try reader.read(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: byte) else {
        throw reader.damaged("the byte \(byte) at byte \(start) is not a known instruction")
      }
      if opcode == .stop {
        return ValueGraph(nodes: nodes, root: try pop())
      }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws(FilterError) {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try reader.read(UInt8.self)
      guard (2...5).contains(version) else {
        throw reader.damaged("protocol \(version) is not one of 2 to 5")
      }
    case .frame: _ = try reader.take(8)
    case .mark: marks.append(stack.count)
    case .pop: if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .duplicate: stack.append(try top())

    case .get: try recall(Int(try reader.read(UInt8.self)))
    case .longGet: try recall(Int(try reader.read(UInt32.self)))
    case .put: memo[Int(try reader.read(UInt8.self))] = try top()
    case .longPut: memo[Int(try reader.read(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()

    case .emptyTuple: push(.tuple([]))
    case .emptyList: push(.list([]))
    case .emptyDict: push(.dict([]))
    case .emptySet: push(.opaque(.init(name: "builtins.set")))
    case .tuple: push(.tuple(try popToMark()))
    case .tuple1: push(.tuple(try pop(1)))
    case .tuple2: push(.tuple(try pop(2)))
    case .tuple3: push(.tuple(try pop(3)))
    case .list: push(.list(try popToMark()))
    case .frozenSet:
      push(.opaque(.init(name: "builtins.frozenset", arguments: try popToMark())))
    case .dict: push(.dict(try pairs(try popToMark())))
    case .append: try extend(with: try pop(1))
    case .appends: try extend(with: try popToMark())
    case .addItems: try extend(with: try popToMark())
    case .setItem: try set(try pop(2))
    case .setItems: try set(try popToMark())

    case .global: push(global(module: try reader.line(), name: try reader.line()))
    case .stackGlobal:
      let parts = try pop(2)
      guard let module = nodes[parts[0]].string, let name = nodes[parts[1]].string else {
        throw reader.damaged("a global before byte \(reader.offset) is not named by strings")
      }
      push(global(module: module, name: name))
    case .reduce, .newObject: try call(try pop(2))
    case .newObjectEx: try call(try pop(3))
    case .build: try build(state: try pop(1)[0])
    case .persistentID: push(try storage(try pop(1)[0]))
    case .extension1: push(.opaque(.init(name: "extension \(try reader.read(UInt8.self))")))
    case .extension2: push(.opaque(.init(name: "extension \(try reader.read(UInt16.self))")))
    case .extension4: push(.opaque(.init(name: "extension \(try reader.read(UInt32.self))")))

    default: push(try scalar(opcode))
    }
  }

  // MARK: The stack

  mutating func push(_ node: Node) {
    stack.append(nodes.count)
    nodes.append(node)
  }

  func top() throws(FilterError) -> ID {
    guard stack.count > marks.last ?? 0 else { throw underflow }
    return stack[stack.count - 1]
  }

  mutating func pop() throws(FilterError) -> ID {
    let id = try top()
    stack.removeLast()
    return id
  }

  mutating func pop(_ count: Int) throws(FilterError) -> [ID] {
    guard stack.count - count >= marks.last ?? 0 else { throw underflow }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws(FilterError) -> [ID] {
    guard let mark = marks.popLast() else {
      throw reader.damaged("a mark is missing before byte \(reader.offset)")
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private var underflow: FilterError {
    reader.damaged("the stack is empty at byte \(reader.offset)")
  }

  private mutating func recall(_ key: Int) throws(FilterError) {
    guard let id = memo[key] else {
      throw reader.damaged("the value \(key) before byte \(reader.offset) was never stored")
    }
    stack.append(id)
  }

  // MARK: Containers

  private func pairs(_ ids: [ID]) throws(FilterError) -> [(key: ID, value: ID)] {
    guard ids.count.isMultiple(of: 2) else {
      throw reader.damaged("a key has no value before byte \(reader.offset)")
    }
    return stride(from: 0, to: ids.count, by: 2).map { (ids[$0], ids[$0 + 1]) }
  }

  /// What is added to an opaque value is dropped with it.
  private mutating func extend(with ids: [ID]) throws(FilterError) {
    let target = try top()
    switch nodes[target] {
    case .list(var values):
      // The table lets go of the array first, so that appending does not copy it.
      nodes[target] = .none
      values.append(contentsOf: ids)
      nodes[target] = .list(values)
    case .opaque: break
    default:
      throw reader.damaged(
        "values are appended to something that is not a list before byte \(reader.offset)")
    }
  }

  private mutating func set(_ ids: [ID]) throws(FilterError) {
    let added = try pairs(ids)
    let target = try top()
    switch nodes[target] {
    case .dict(var members):
      nodes[target] = .none
      members.append(contentsOf: added)
      nodes[target] = .dict(members)
    case .opaque: break
    default:
      throw reader.damaged(
        "items are set in something that is not a dict before byte \(reader.offset)")
    }
  }
}
