internal import APCore
internal import CLibAV

/// What a file says of its sound: title, artist and so on.
enum Tags {
  /// A header's line is limited: what is longer than this is lyrics or a picture, and stays out.
  private static let longestValue = 1024
  private static let mostBytes = 16_384

  /// The container's tags and those of the audio stream, keys in lower case.
  static func read(_ demuxer: Demuxer) -> [String: String] {
    var tags = read(demuxer.stream.pointee.metadata)
    if let context = demuxer.context {
      tags.merge(read(context.pointee.metadata)) { _, container in container }
    }
    var bytes = 0
    // Sorted, so that the same ones stay out each time.
    return tags.sorted { $0.key < $1.key }.reduce(into: [:]) { kept, tag in
      bytes += tag.key.utf8.count + tag.value.utf8.count
      if bytes <= mostBytes { kept[tag.key] = tag.value }
    }
  }

  private static func read(_ dictionary: OpaquePointer?) -> [String: String] {
    var tags: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while true {
      entry = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX)
      guard let entry else { return tags }
      let value = String(cString: entry.pointee.value)
      if !value.isEmpty, value.utf8.count <= longestValue {
        tags[String(cString: entry.pointee.key).lowercased()] = value
      }
    }
  }
}
