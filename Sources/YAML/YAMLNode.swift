/// A value of a YAML text, with the place where it begins and the tag that it was given.
package struct YAMLNode: Hashable, Sendable {
  /// A scalar's text, and whether it was written without quotes, so that its form tells its type.
  package struct Scalar: Hashable, Sendable {
    package let text: String
    package let isPlain: Bool
  }

  /// A key and its value, in the order of the text.
  package struct Member: Hashable, Sendable {
    package let key: YAMLNode
    package let value: YAMLNode
  }

  package enum Content: Hashable, Sendable {
    case scalar(Scalar)
    case sequence([YAMLNode])
    case mapping([Member])
  }

  package let content: Content
  /// The tag that the text gives, YAML's own ones in their short form: `!!float`,
  /// `!!python/tuple`; nil where it gives none.
  package let tag: String?
  /// Where the node begins. What an alias stands for begins where its anchor is.
  package let mark: YAMLMark

  /// A scalar's text, whatever its type: `1.50` stays `1.50`. nil for other nodes.
  package var text: String? { scalar?.text }

  /// A sequence's nodes, also one that another language takes for a tuple or a set.
  package var sequence: [YAMLNode]? {
    guard case .sequence(let nodes) = content else { return nil }
    return nodes
  }

  /// A mapping's members.
  package var mapping: [Member]? {
    guard case .mapping(let members) = content else { return nil }
    return members
  }

  /// A mapping's value for a key; nil where it is absent or this is not a mapping.
  package subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key.text == key }?.value
  }

  var scalar: Scalar? {
    guard case .scalar(let scalar) = content else { return nil }
    return scalar
  }
}
