/// What a stream carries between its header and its end.
package enum StreamRecord: Sendable, Hashable {
  /// Samples of one track.
  case audio(AudioRecord)
  /// A record of a type that this version does not know; to be passed on.
  case other(OtherRecord)
}

/// A stretch of one track's samples.
package struct AudioRecord: Sendable, Hashable {
  /// The track's name.
  package var track: String
  /// Where the samples lie in the track's time line, in frames.
  package var offset: Int
  /// The window they belong to; nil in a contiguous stream.
  package var segment: Segment?
  /// The samples, frame by frame, interleaved: [frames × channels].
  package var samples: [Float]
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  /// A record of these samples, [frames × channels].
  package init(
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
package struct Segment: Sendable, Hashable {
  /// The window's number in its track, from 0.
  package var index: Int
  /// The whole window's length in frames. The window is complete when its records hold so many.
  package var length: Int

  /// A part of window `index`, which has `length` frames.
  package init(index: Int, length: Int) {
    self.index = index
    self.length = length
  }
}

/// A record of a type that is not known here: its line and its bytes.
package struct OtherRecord: Sendable, Hashable {
  /// The record's type.
  package var type: String
  /// All of the line's keys.
  package var object: [String: JSONValue]
  /// The bytes after the line.
  package var payload: [UInt8]

  /// A record to be passed on.
  package init(type: String, object: [String: JSONValue] = [:], payload: [UInt8] = []) {
    self.type = type
    self.object = object
    self.payload = payload
  }
}

/// The last record of a whole stream.
package struct EndRecord: Sendable, Hashable {
  /// The frames that the audio records of each track held.
  package var frames: [String: Int]
  /// How many records stand between the header and this one.
  package var records: Int
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  init(frames: [String: Int], records: Int, extra: [String: JSONValue] = [:]) {
    self.frames = frames
    self.records = records
    self.extra = extra
  }
}

/// The last record of a stream whose writer failed; the only one where it had no header yet.
package struct AbortRecord: Error, Sendable, Hashable {
  /// The filter that failed.
  package var tool: String
  /// What it exited with.
  package var exit: Int
  /// What it said.
  package var message: String
  /// Keys that this version does not know.
  package var extra: [String: JSONValue]

  package init(tool: String, exit: Int, message: String, extra: [String: JSONValue] = [:]) {
    self.tool = tool
    self.exit = exit
    self.message = message
    self.extra = extra
  }
}
