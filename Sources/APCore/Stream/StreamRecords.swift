/// What a stream carries between its header and its end.
public enum StreamRecord: Sendable, Hashable {
  /// Samples of one track.
  case audio(AudioRecord)
  /// A record of a type that this version does not know; to be passed on.
  case other(OtherRecord)
}

/// A stretch of one track's samples.
public struct AudioRecord: Sendable, Hashable {
  /// The track's name.
  public var track: String
  /// Where the samples lie in the track's time line, in frames.
  public var offset: Int
  /// The window they belong to; nil in a contiguous stream.
  public var segment: Segment?
  /// The samples, frame by frame, interleaved: [frames × channels].
  public var samples: [Float]
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  /// A record of these samples, [frames × channels].
  public init(
    track: String, offset: Int, segment: Segment? = nil, samples: [Float],
    extra: [String: JSONValue] = [:]
  ) {
    self.track = track
    self.offset = offset
    self.segment = segment
    self.samples = samples
    self.extra = extra
  }
}

/// The window that an audio record is a part of.
public struct Segment: Sendable, Hashable {
  /// The window's number in its track, from 0.
  public var index: Int
  /// The whole window's length in frames. The window is complete when its records hold so many.
  public var length: Int

  /// A part of window `index`, which has `length` frames.
  public init(index: Int, length: Int) {
    self.index = index
    self.length = length
  }
}

/// A record of a type that is not known here: its line and its bytes.
public struct OtherRecord: Sendable, Hashable {
  /// The record's type.
  public var type: String
  /// All of the line's keys.
  public var object: [String: JSONValue]
  /// The bytes after the line.
  public var payload: [UInt8]

  /// A record to be passed on.
  public init(type: String, object: [String: JSONValue] = [:], payload: [UInt8] = []) {
    self.type = type
    self.object = object
    self.payload = payload
  }
}

/// The last record of a whole stream.
public struct EndRecord: Sendable, Hashable {
  /// The frames that the audio records of each track held.
  public var frames: [String: Int]
  /// How many records stand between the header and this one.
  public var records: Int
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  init(frames: [String: Int], records: Int, extra: [String: JSONValue] = [:]) {
    self.frames = frames
    self.records = records
    self.extra = extra
  }
}

/// The last record of a stream whose writer failed; the only one where it had no header yet.
public struct AbortRecord: Error, Sendable, Hashable {
  /// The filter that failed.
  public var tool: String
  /// What it exited with.
  public var exit: Int
  /// What it said.
  public var message: String
  /// Keys that this version does not know.
  public var extra: [String: JSONValue]

  package init(tool: String, exit: Int, message: String, extra: [String: JSONValue] = [:]) {
    self.tool = tool
    self.exit = exit
    self.message = message
    self.extra = extra
  }
}
