internal import CYAML

/// What libyaml tells of a text, one thing after the other.
struct YAMLEvent {
  enum Kind {
    case alias(String)
    case scalar(YAMLNode.Scalar)
    case sequenceStart
    case mappingStart
    /// Of a sequence or a mapping.
    case end
    case documentStart
    case streamEnd
    /// What says nothing.
    case other
  }

  let kind: Kind
  let mark: YAMLMark
  var anchor: String?
  var tag: String?
}

/// libyaml's parser over a text that outlives it.
struct YAMLEvents: ~Copyable {
  // It points into itself, so it must not move.
  private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    parser.initialize(to: yaml_parser_t())
    // Where this fails there is no memory, which the first event tells.
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    let text = bytes.bindMemory(to: UInt8.self)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; after the last, `streamEnd` for ever.
  func next() throws(YAMLError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    let mark = YAMLMark(event.start_mark)
    let data = event.data
    switch event.type {
    case YAML_ALIAS_EVENT:
      return YAMLEvent(kind: .alias(Self.text(data.alias.anchor) ?? ""), mark: mark)
    case YAML_SCALAR_EVENT:
      let scalar = data.scalar
      let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return YAMLEvent(
        kind: .scalar(
          .init(
            text: String(decoding: value, as: UTF8.self),
            isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)),
        mark: mark, anchor: Self.text(scalar.anchor), tag: Self.tag(scalar.tag))
    case YAML_SEQUENCE_START_EVENT:
      return YAMLEvent(
        kind: .sequenceStart, mark: mark, anchor: Self.text(data.sequence_start.anchor),
        tag: Self.tag(data.sequence_start.tag))
    case YAML_MAPPING_START_EVENT:
      return YAMLEvent(
        kind: .mappingStart, mark: mark, anchor: Self.text(data.mapping_start.anchor),
        tag: Self.tag(data.mapping_start.tag))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .end, mark: mark)
    case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, mark: mark)
    // What follows the end has no type.
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return YAMLEvent(kind: .streamEnd, mark: mark)
    default: return YAMLEvent(kind: .other, mark: mark)
    }
  }

  private static func text(_ characters: UnsafeMutablePointer<UInt8>?) -> String? {
    characters.map { String(cString: $0) }
  }

  private static func tag(_ characters: UnsafeMutablePointer<UInt8>?) -> String? {
    let prefix = "tag:yaml.org,2002:"
    guard let tag = text(characters) else { return nil }
    return tag.hasPrefix(prefix) ? "!!\(tag.dropFirst(prefix.count))" : tag
  }

  private func failure() -> YAMLError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "there is no memory for it"
    guard state.error == YAML_READER_ERROR else {
      let context = state.context.map { "\(String(cString: $0)), " } ?? ""
      return YAMLError(problem: context + problem, mark: YAMLMark(state.problem_mark))
    }
    // A byte or a character that no text has: only its offset is known.
    let before = String(decoding: bytes.prefix(state.problem_offset), as: UTF8.self).unicodeScalars
    let column = before.reversed().prefix { $0 != "\n" }.count
    return YAMLError(
      problem: problem,
      mark: YAMLMark(line: before.count { $0 == "\n" } + 1, column: column + 1))
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}
