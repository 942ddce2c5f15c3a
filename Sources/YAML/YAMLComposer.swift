/// What a YAML text may cost its reader.
package struct YAMLLimits: Sendable {
  /// How deep sequences and mappings may nest. The reader recurses once a level.
  package var depth: Int
  /// How many bytes the text may have.
  package var bytes: Int
  /// How many nodes there may be, those that aliases repeat counted again.
  package var nodes: Int

  /// - Precondition: `depth` is at most 256, so that the recursion fits any thread's stack.
  package init(depth: Int = 64, bytes: Int = 1 << 20, nodes: Int = 1 << 20) {
    precondition((1...256).contains(depth), "depth must be in 1...256")
    self.depth = depth
    self.bytes = bytes
    self.nodes = nodes
  }
}

extension YAMLNode {
  /// Reads a text of one document (YAML 1.1, as libyaml has it).
  ///
  /// A key that a mapping has twice is an error. An alias gives what its anchor is at, which must
  /// be complete.
  ///
  /// - Returns: the document's node; nil where there is no document, as in an empty text.
  /// - Throws: `YAMLError`.
  package static func parse(
    _ bytes: RawSpan, limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) -> YAMLNode? {
    guard bytes.byteCount <= limits.bytes else {
      throw YAMLError(
        problem: "it has more than \(limits.bytes) bytes", mark: YAMLMark(line: 1, column: 1))
    }
    return try bytes.withUnsafeBytes { buffer throws(YAMLError) in
      var composer = YAMLComposer(events: YAMLEvents(buffer), limits: limits)
      return try composer.document()
    }
  }

  /// Reads a text; see `parse(_:limits:)`.
  package static func parse(
    _ text: String, limits: YAMLLimits = YAMLLimits()
  ) throws(YAMLError) -> YAMLNode? {
    try parse(Array(text.utf8).span.bytes, limits: limits)
  }
}

/// Makes a node of events.
private struct YAMLComposer: ~Copyable {
  let events: YAMLEvents
  let limits: YAMLLimits
  /// What anchors stand at, and how many nodes that is.
  var anchors: [String: (node: YAMLNode, count: Int)] = [:]
  var count = 0

  init(events: consuming YAMLEvents, limits: YAMLLimits) {
    self.events = events
    self.limits = limits
  }

  mutating func document() throws(YAMLError) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let event = try events.next()
      switch event.kind {
      case .streamEnd: return root
      case .documentStart:
        guard root == nil else {
          throw YAMLError(problem: "a second document begins here", mark: event.mark)
        }
        root = try node(try events.next(), depth: 0)
      default: break
      }
    }
  }

  private mutating func node(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> YAMLNode {
    let before = count
    let content: YAMLNode.Content
    switch event.kind {
    case .alias(let name):
      guard let known = anchors[name] else {
        throw YAMLError(problem: "there is no anchor \"\(name)\" before this", mark: event.mark)
      }
      try add(known.count, at: event.mark)
      return known.node
    case .scalar(let scalar):
      // What has values from here gives them to the system too, to which a text ends there.
      guard !scalar.text.utf8.contains(0) else {
        throw YAMLError(problem: "a text has the character NUL in it", mark: event.mark)
      }
      content = .scalar(scalar)
    case .sequenceStart: content = .sequence(try sequence(depth: depth + 1, event.mark))
    case .mappingStart: content = .mapping(try mapping(depth: depth + 1, event.mark))
    case .end, .documentStart, .streamEnd, .other:
      throw YAMLError(problem: "a value is missing", mark: event.mark)
    }
    try add(1, at: event.mark)
    let node = YAMLNode(content: content, tag: event.tag, mark: event.mark)
    if let anchor = event.anchor { anchors[anchor] = (node, count - before) }
    return node
  }

  private mutating func sequence(
    depth: Int, _ mark: YAMLMark
  ) throws(YAMLError) -> [YAMLNode] {
    try enter(depth, mark)
    var nodes: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .end = event.kind { return nodes }
      nodes.append(try node(event, depth: depth))
    }
  }

  private mutating func mapping(
    depth: Int, _ mark: YAMLMark
  ) throws(YAMLError) -> [YAMLNode.Member] {
    try enter(depth, mark)
    var members: [YAMLNode.Member] = []
    var names: Set<String> = []
    while true {
      let event = try events.next()
      if case .end = event.kind { return members }
      let key = try node(event, depth: depth)
      if let name = key.text, !names.insert(name).inserted {
        throw YAMLError(problem: "the key \"\(name)\" is given twice", mark: event.mark)
      }
      members.append(.init(key: key, value: try node(try events.next(), depth: depth)))
    }
  }

  private func enter(_ depth: Int, _ mark: YAMLMark) throws(YAMLError) {
    guard depth <= limits.depth else {
      throw YAMLError(problem: "more than \(limits.depth) levels", mark: mark)
    }
  }

  private mutating func add(_ nodes: Int, at mark: YAMLMark) throws(YAMLError) {
    count += nodes
    guard count <= limits.nodes else {
      throw YAMLError(problem: "more than \(limits.nodes) nodes", mark: mark)
    }
  }
}
