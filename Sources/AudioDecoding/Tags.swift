internal import APCore
internal import CLibAV

/// What a file says of its sound: title, artist and so on.
enum Tags {
  /// The longest value that is kept, in bytes: what is longer is lyrics or a picture.
  private static let longestValue = 1024
  /// What all tags together may take of a header's line, in bytes.
  private static let mostBytes = 16_384

  /// The container's tags and those of the audio stream, keys in lower case.
  static func read(_ demuxer: Demuxer) -> [String: String] {
    var tags = read(demuxer.stream.pointee.metadata)
    tags.merge(read(demuxer.metadata)) { _, container in container }
    return fitted(tags)
  }

  /// The tags that fit into a header's line: the shortest first, so that a title stays.
  static func fitted(_ tags: [String: String]) -> [String: String] {
    let sized = tags.map { tag in (size: size(tag.key) + size(tag.value), tag: tag) }
    // By their names too, so that the same ones stay out each time.
    let sorted = sized.sorted { ($0.size, $0.tag.key) < ($1.size, $1.tag.key) }
    var bytes = 0
    return sorted.reduce(into: [:]) { kept, next in
      bytes += next.size
      if next.tag.value.utf8.count <= longestValue, bytes <= mostBytes {
        kept[next.tag.key] = next.tag.value
      }
    }
  }

  /// The bytes of a key or a value in the line, with its quotes and the sign after it: a control
  /// character takes six.
  private static func size(_ text: String) -> Int {
    JSONValue.string(text).serialized().count + 1
  }

  private static func read(_ dictionary: OpaquePointer?) -> [String: String] {
    var tags: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while true {
      entry = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)
      guard let entry else { return tags }
      let value = String(cString: entry.pointee.value)
      if !value.isEmpty { tags[String(cString: entry.pointee.key).lowercased()] = value }
    }
  }
}
