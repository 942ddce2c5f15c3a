extension StreamHeader {
  /// The first bytes of every stream: its magic number.
  package static let magic: [UInt8] = Array(#"{"ap":1,"#.utf8)

  /// The header as its line says it, without the line feed.
  package func serialized() -> [UInt8] {
    var object = extra
    object["ap"] = 1
    object["type"] = "stream"
    object["channels"] = JSONValue(channels)
    object["encoding"] = "f32le"
    object["frames"] = frames.map { JSONValue($0) } ?? .null
    object["history"] = .array(history.map(\.json))
    object["rate"] = JSONValue(rate)
    object["requires"] = JSONValue(requires)
    object["source"] = source?.json
    object["tracks"] = .array(tracks.map(\.json))
    switch layout {
    case .contiguous: object["layout"] = "contiguous"
    case .windowed(let windowing):
      object["layout"] = "windowed"
      object["window"] = windowing.json
    }
    return JSONValue.object(object).serialized(first: "ap")
  }

  /// Reads a header's line.
  ///
  /// - Throws: `badInput` where a key is missing or wrong, or names what this version cannot do.
  package init(_ value: JSONValue) throws(FilterError) {
    var fields = try Fields(value, owner: "the header")
    guard try fields.integer("ap", in: 0...Int.max) == 1, try fields.string("type") == "stream"
    else {
      throw FilterError(.badInput, "The first line is not the header of a version 1 stream.")
    }
    channels = try fields.integer("channels", in: 1...1024)
    rate = try fields.integer("rate", in: 1...Int(Int32.max))
    let encoding = try fields.string("encoding")
    guard encoding == "f32le" else {
      throw FilterError(.badInput, "The stream's encoding is \"\(encoding)\", not \"f32le\".")
    }
    frames = try fields.optional("frames", "a count of frames") { value in
      value.int.flatMap { StreamLimits.time.contains($0) ? $0 : nil }
    }
    layout = try Layout(&fields)
    tracks = try fields.list("tracks", of: "track") { track throws(FilterError) in
      try Track(&track)
    }
    guard !tracks.isEmpty, Set(tracks.map(\.name)).count == tracks.count else {
      throw FilterError(.badInput, "The header must name at least one track, and none twice.")
    }
    history = try fields.list("history", of: "history entry") { entry throws(FilterError) in
      HistoryEntry(
        tool: try entry.string("tool"), version: try entry.string("version"),
        options: try entry.optional("options", "an object", \.object) ?? [:], extra: entry.rest)
    }
    source = try Source(&fields)
    requires = try fields.optional("requires", "a list of strings", \.strings) ?? []
    if let feature = requires.first {
      throw FilterError(
        .badInput, "The stream needs \"\(feature)\", which this version does not know.",
        advice: "Install the version of ap that wrote it.")
    }
    extra = fields.rest
  }
}

extension JSONValue {
  fileprivate var strings: [String]? {
    guard let array else { return nil }
    let strings = array.compactMap(\.string)
    return strings.count == array.count ? strings : nil
  }

  fileprivate var stringsByKey: [String: String]? {
    guard let object else { return nil }
    let strings = object.compactMapValues(\.string)
    return strings.count == object.count ? strings : nil
  }
}

extension Layout {
  fileprivate init(_ fields: inout Fields) throws(FilterError) {
    let name = try fields.string("layout")
    switch name {
    case "contiguous": self = .contiguous
    case "windowed":
      let value = try fields.required("window", "an object") { $0.object.map(JSONValue.object) }
      var window = try Fields(value, owner: "\"window\" of the header")
      self = .windowed(try Windowing(&window))
    default:
      throw FilterError(.badInput, "The stream's layout \"\(name)\" is unknown.")
    }
  }
}

extension Windowing {
  fileprivate init(_ fields: inout Fields) throws(FilterError) {
    length = try fields.integer("length", in: StreamLimits.count)
    overlap = try fields.integer("overlap", in: 0...length / 2)
    fade = try fields.required("fade", "\"cosine\" or \"linear\"") { value in
      value.string.flatMap(Fade.init)
    }
    extra = fields.rest
  }

  fileprivate var json: JSONValue {
    var object = extra
    object["length"] = JSONValue(length)
    object["overlap"] = JSONValue(overlap)
    object["fade"] = .string(fade.rawValue)
    return .object(object)
  }
}

extension Track {
  fileprivate init(_ fields: inout Fields) throws(FilterError) {
    name = try fields.required("name", "1 to 64 characters of a-z 0-9 . _ -") { value in
      value.string.flatMap { Track.isValid(name: $0) ? $0 : nil }
    }
    prompt = try fields.optional("prompt", "a string", \.string)
    extra = fields.rest
  }

  fileprivate var json: JSONValue {
    var object = extra
    object["name"] = .string(name)
    object["prompt"] = prompt.map { .string($0) }
    return .object(object)
  }
}

extension HistoryEntry {
  /// The entry as a header has it.
  package var json: JSONValue {
    var object = extra
    object["tool"] = .string(tool)
    object["version"] = .string(version)
    object["options"] = .object(options)
    return .object(object)
  }
}

extension Source {
  fileprivate init?(_ header: inout Fields) throws(FilterError) {
    guard
      let value = try header.optional("source", "an object", { $0.object.map(JSONValue.object) })
    else { return nil }
    var fields = try Fields(value, owner: "\"source\" of the header")
    file = try fields.optional("file", "a string", \.string)
    sha256 = try fields.optional("sha256", "a string", \.string)
    rate = try fields.optional("rate", "a number of frames a second") { value in
      value.int.flatMap { $0 > 0 && $0 <= Int(Int32.max) ? $0 : nil }
    }
    tags = try fields.optional("tags", "an object of strings", \.stringsByKey) ?? [:]
    loudness = try Loudness(&fields)
    extra = fields.rest
  }

  fileprivate var json: JSONValue {
    var object = extra
    object["file"] = file.map { .string($0) }
    object["sha256"] = sha256.map { .string($0) }
    object["rate"] = rate.map { JSONValue($0) }
    if !tags.isEmpty { object["tags"] = .object(tags.mapValues { .string($0) }) }
    object["loudness"] = loudness?.json
    return .object(object)
  }
}

extension Loudness {
  fileprivate init?(_ source: inout Fields) throws(FilterError) {
    guard
      let value = try source.optional("loudness", "an object", { $0.object.map(JSONValue.object) })
    else { return nil }
    var fields = try Fields(value, owner: "\"loudness\" of the header")
    mean = try fields.required("mean", "a number", \.double)
    std = try fields.required("std", "a number that is not negative") { value in
      value.double.flatMap { $0 >= 0 ? $0 : nil }
    }
    extra = fields.rest
  }

  fileprivate var json: JSONValue {
    var object = extra
    object["mean"] = JSONValue(mean)
    object["std"] = JSONValue(std)
    return .object(object)
  }
}
