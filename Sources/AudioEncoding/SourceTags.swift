/// What a stream's header says of its source: title, artist and so on. Files of different formats have different names
/// for one thing, and libavformat gives only some of these one name.
enum SourceTags {
  /// By the first of its names here, the others of a tag.
  private static let otherNames = [
    "album_artist": ["albumartist", "album artist"],
    "bpm": ["tbpm", "tmpo"],
    "disc": ["discnumber"],
    "isrc": ["tsrc"],
    "key": ["initialkey", "initial key", "tkey"],
    "publisher": ["organization", "label"],
  ]

  /// The tags with one name each.
  ///
  /// - Parameter tags: values by key in lower case.
  static func named(_ tags: [String: String]) -> [String: String] {
    var named = tags
    for (name, others) in otherNames where tags[name] == nil {
      named[name] = others.lazy.compactMap { tags[$0] }.first
    }
    return named
  }
}
