/// A record's line, read but for its payload.
enum RecordLine {
  case audio(AudioRecord, frames: Int)
  case other(OtherRecord, bytes: Int)
  case end(EndRecord)
  case abort(AbortRecord)
}

extension RecordLine {
  init(_ value: JSONValue, header: StreamHeader, number: Int) throws(FilterError) {
    var fields = try Fields(value, owner: "record \(number)")
    let type = try fields.string("type")
    let bytes =
      try fields.optional("bytes", "an integer from 0 to \(StreamLimits.payload)") { value in
        value.int.flatMap { (0...StreamLimits.payload).contains($0) ? $0 : nil }
      } ?? 0
    switch type {
    case "audio":
      let frames = try fields.integer(
        "frames", in: 1...StreamLimits.recordFrames(channels: header.channels))
      let expected = frames * header.channels * 4
      guard bytes == expected else {
        throw FilterError(
          .badInput,
          "Record \(number) claims \(bytes) bytes, but its \(frames) frames take \(expected).")
      }
      self = .audio(try AudioRecord(&fields), frames: frames)
    case "end":
      self = .end(try EndRecord(&fields))
    case "abort":
      self = .abort(try AbortRecord(&fields))
    default:
      self = .other(OtherRecord(type: type, object: value.object ?? [:]), bytes: bytes)
      return
    }
    guard type == "audio" || bytes == 0 else {
      throw FilterError(.badInput, "Record \(number), \"\(type)\", must have no payload.")
    }
  }
}

extension AudioRecord {
  fileprivate init(_ fields: inout Fields) throws(FilterError) {
    track = try fields.string("track")
    offset = try fields.integer("offset", in: StreamLimits.time)
    samples = []
    segment = nil
    let index = try fields.optional("segment", "an integer that is not negative") { value in
      value.int.flatMap { StreamLimits.time.contains($0) ? $0 : nil }
    }
    if let index {
      segment = Segment(index: index, length: try fields.integer("length", in: StreamLimits.count))
    }
    extra = fields.rest
  }

  static func line(
    track: String, offset: Int, frames: Int, channels: Int, segment: Segment?,
    extra: [String: JSONValue]
  ) -> [UInt8] {
    var object = extra
    object["type"] = "audio"
    object["track"] = .string(track)
    object["offset"] = JSONValue(offset)
    object["frames"] = JSONValue(frames)
    object["bytes"] = JSONValue(frames * channels * 4)
    object["segment"] = segment.map { JSONValue($0.index) }
    if let segment { object["length"] = JSONValue(segment.length) }
    return JSONValue.object(object).serialized()
  }
}

extension OtherRecord {
  var line: [UInt8] {
    var object = object
    object["type"] = .string(type)
    object["bytes"] = JSONValue(payload.count)
    return JSONValue.object(object).serialized()
  }
}

extension EndRecord {
  fileprivate init(_ fields: inout Fields) throws(FilterError) {
    records = try fields.integer("records", in: StreamLimits.time)
    frames = try fields.required("frames", "an object of counts") { value in
      guard let object = value.object else { return nil }
      let counts = object.compactMapValues(\.int)
      return counts.count == object.count ? counts : nil
    }
    extra = fields.rest
  }

  var line: [UInt8] {
    var object = extra
    object["type"] = "end"
    object["bytes"] = 0
    object["records"] = JSONValue(records)
    object["frames"] = .object(frames.mapValues { JSONValue($0) })
    return JSONValue.object(object).serialized()
  }
}

extension AbortRecord {
  fileprivate init(_ fields: inout Fields) throws(FilterError) {
    tool = try fields.string("tool")
    exit = try fields.integer("exit", in: 0...255)
    message = try fields.string("message")
    extra = fields.rest
  }

  /// Reads the first line of a stream whose writer failed before it had a header; nil where it is another.
  init?(wholeStream value: JSONValue) throws(FilterError) {
    guard value["type"] == "abort" else { return nil }
    var fields = try Fields(value, owner: "the abort")
    _ = try fields.integer("ap", in: 1...1)
    _ = try fields.string("type")
    _ = try fields.optional("bytes", "0") { $0.int == 0 ? 0 : nil }
    try self.init(&fields)
  }

  /// - Parameter isWholeStream: whether it takes the place of the header.
  func line(isWholeStream: Bool) -> [UInt8] {
    var object = extra
    if isWholeStream { object["ap"] = 1 }
    object["type"] = "abort"
    object["bytes"] = 0
    object["tool"] = .string(tool)
    object["exit"] = JSONValue(exit)
    object["message"] = .string(message)
    return JSONValue.object(object).serialized(first: isWholeStream ? "ap" : nil)
  }
}
