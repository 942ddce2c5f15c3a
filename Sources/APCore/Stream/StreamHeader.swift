/// What a stream carries: its first line (`ap-stream(5)`).
package struct StreamHeader: Sendable, Hashable {
  /// Samples a frame, interleaved; 1 to 1024.
  package var channels: Int
  /// Frames a second.
  package var rate: Int
  /// Whether tracks come as one piece or as windows that overlap.
  package var layout: Layout
  /// Length of every track in frames; nil where it is not known yet.
  package var frames: Int?
  /// The tracks that audio records may name; at least one, names unique.
  package var tracks: [Track]
  /// What made this stream, oldest first.
  package var history: [HistoryEntry]
  /// The file or device it all came from.
  package var source: Source?
  /// Features without which a reader would misunderstand the stream. Version 1 knows none.
  package var requires: [String]
  /// Keys that this version does not know; they are passed on.
  package var extra: [String: JSONValue]

  /// A header of a stream; what is not given is absent.
  package init(
    channels: Int, rate: Int, layout: Layout = .contiguous, frames: Int? = nil, tracks: [Track],
    history: [HistoryEntry] = [], source: Source? = nil, requires: [String] = [],
    extra: [String: JSONValue] = [:]
  ) {
    self.channels = channels
    self.rate = rate
    self.layout = layout
    self.frames = frames
    self.tracks = tracks
    self.history = history
    self.source = source
    self.requires = requires
    self.extra = extra
  }
}

/// How the audio records of a track lie in its time line.
package enum Layout: Sendable, Hashable {
  /// One after the other, without overlap.
  case contiguous
  /// As numbered segments that overlap their neighbours.
  case windowed(Windowing)
}

/// The shape of the windows of a windowed stream, in frames.
package struct Windowing: Sendable, Hashable {
  /// The most frames a window has.
  package var length: Int
  /// The most frames two neighbours share; at most half the shortest full window.
  package var overlap: Int
  /// The fade that joins them again.
  package var fade: Fade
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  /// A shape of windows.
  package init(length: Int, overlap: Int, fade: Fade, extra: [String: JSONValue] = [:]) {
    self.length = length
    self.overlap = overlap
    self.fade = fade
    self.extra = extra
  }
}

/// The curve that fades one window into the next.
package enum Fade: String, Sendable, Hashable, CaseIterable {
  /// Half a period of a cosine: smooth at both ends.
  case cosine
  /// A straight line.
  case linear
}

/// One of the sounds that a stream carries side by side.
package struct Track: Sendable, Hashable {
  /// Matches `[a-z0-9._-]{1,64}`: it becomes a file name.
  package var name: String
  /// The words that asked for this sound, as their user wrote them.
  package var prompt: String?
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  /// A track of that name.
  package init(_ name: String, prompt: String? = nil, extra: [String: JSONValue] = [:]) {
    self.name = name
    self.prompt = prompt
    self.extra = extra
  }

  /// The name that is meant by what a user types: capitals are small letters, and spaces around it do not count, since
  /// no track has such a name.
  package static func name(typed text: some StringProtocol) -> String {
    let start = text.drop(while: \.isWhitespace)
    return start.prefix(
      upTo: start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex
    )
    .lowercased()
  }

  /// The same of several, separated by commas; one that is left out is empty.
  package static func names(typed text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map(name(typed:))
  }

  /// Whether a track may have this name.
  package static func isValid(name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}

extension StreamHeader {
  /// Whether the header alone says what follows it: the source's bytes are known, and so is each filter that they went
  /// through.
  package var isTelling: Bool {
    source?.sha256 != nil && !history.isEmpty
  }
}

/// One filter's part in making a stream.
package struct HistoryEntry: Sendable, Hashable {
  /// The filter's name.
  package var tool: String
  /// Its version.
  package var version: String
  /// The options that shape its output, defaults included.
  package var options: [String: JSONValue]
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  /// An entry of what one filter did.
  package init(
    tool: String, version: String, options: [String: JSONValue] = [:],
    extra: [String: JSONValue] = [:]
  ) {
    self.tool = tool
    self.version = version
    self.options = options
    self.extra = extra
  }
}

/// Where a stream's sound came from.
package struct Source: Sendable, Hashable {
  /// The file's name without its folder.
  package var file: String?
  /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
  package var sha256: String?
  /// Frames a second of the file.
  package var rate: Int?
  /// Title, artist and so on.
  package var tags: [String: String]
  /// Figures of the whole track that a filter needs before it has read it.
  package var loudness: Loudness?
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  /// A source; what is not given is not known.
  package init(
    file: String? = nil, sha256: String? = nil, rate: Int? = nil, tags: [String: String] = [:],
    loudness: Loudness? = nil, extra: [String: JSONValue] = [:]
  ) {
    self.file = file
    self.sha256 = sha256
    self.rate = rate
    self.tags = tags
    self.loudness = loudness
    self.extra = extra
  }
}

/// Mean and deviation of the mono mix (the mean of the channels) of the whole track at the
/// stream's rate.
package struct Loudness: Sendable, Hashable {
  /// The mean of the samples.
  package var mean: Double
  /// Their standard deviation, with Bessel's correction (N − 1).
  package var std: Double
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  /// Figures that were measured elsewhere.
  package init(mean: Double, std: Double, extra: [String: JSONValue] = [:]) {
    self.mean = mean
    self.std = std
    self.extra = extra
  }
}
