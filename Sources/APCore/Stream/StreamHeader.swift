/// What a stream carries: its first line (`ap-stream(5)`).
public struct StreamHeader: Sendable, Hashable {
  /// Samples a frame, interleaved; 1 to 1024.
  public var channels: Int
  /// Frames a second.
  public var rate: Int
  /// Whether tracks come as one piece or as windows that overlap.
  public var layout: Layout
  /// Length of every track in frames; nil where it is not known yet.
  public var frames: Int?
  /// The tracks that audio records may name; at least one, names unique.
  public var tracks: [Track]
  /// What made this stream, oldest first.
  public var history: [HistoryEntry]
  /// The file or device it all came from.
  public var source: Source?
  /// Features without which a reader would misunderstand the stream. Version 1 knows none.
  public var requires: [String]
  /// Keys that this version does not know; they are passed on.
  public var extra: [String: JSONValue]

  /// A header of a stream; what is not given is absent.
  public init(
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
public enum Layout: Sendable, Hashable {
  /// One after the other, without overlap.
  case contiguous
  /// As numbered segments that overlap their neighbours.
  case windowed(Windowing)
}

/// The shape of the windows of a windowed stream, in frames.
public struct Windowing: Sendable, Hashable {
  /// The most frames a window has.
  public var length: Int
  /// The most frames two neighbours share; at most half the shortest full window.
  public var overlap: Int
  /// The fade that joins them again.
  public var fade: Fade
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  /// A shape of windows.
  public init(length: Int, overlap: Int, fade: Fade, extra: [String: JSONValue] = [:]) {
    self.length = length
    self.overlap = overlap
    self.fade = fade
    self.extra = extra
  }
}

/// The curve that fades one window into the next.
public enum Fade: String, Sendable, Hashable, CaseIterable {
  /// Half a period of a cosine: smooth at both ends.
  case cosine
  /// A straight line.
  case linear
}

/// One of the sounds that a stream carries side by side.
public struct Track: Sendable, Hashable {
  /// Matches `[a-z0-9._-]{1,64}`: it becomes a file name.
  public var name: String
  /// The words that asked for this sound, as their user wrote them.
  public var prompt: String?
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  /// A track of that name.
  public init(_ name: String, prompt: String? = nil, extra: [String: JSONValue] = [:]) {
    self.name = name
    self.prompt = prompt
    self.extra = extra
  }

  /// Whether a track may have this name.
  public static func isValid(name: String) -> Bool {
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

/// One filter's part in making a stream.
public struct HistoryEntry: Sendable, Hashable {
  /// The filter's name.
  public var tool: String
  /// Its version.
  public var version: String
  /// The options that shape its output, defaults included.
  public var options: [String: JSONValue]
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  /// An entry of what one filter did.
  public init(
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
public struct Source: Sendable, Hashable {
  /// The file's name without its folder.
  public var file: String?
  /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
  public var sha256: String?
  /// Title, artist and so on.
  public var tags: [String: String]
  /// Figures of the whole track that a filter needs before it has read it.
  public var loudness: Loudness?
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  /// A source; what is not given is not known.
  public init(
    file: String? = nil, sha256: String? = nil, tags: [String: String] = [:],
    loudness: Loudness? = nil, extra: [String: JSONValue] = [:]
  ) {
    self.file = file
    self.sha256 = sha256
    self.tags = tags
    self.loudness = loudness
    self.extra = extra
  }
}

/// Mean and deviation of the mono mix (the mean of the channels) of the whole track at the
/// stream's rate.
public struct Loudness: Sendable, Hashable {
  /// The mean of the samples.
  public var mean: Double
  /// Their standard deviation, with Bessel's correction (N − 1).
  public var std: Double
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  /// Figures that were measured elsewhere.
  public init(mean: Double, std: Double, extra: [String: JSONValue] = [:]) {
    self.mean = mean
    self.std = std
    self.extra = extra
  }
}
