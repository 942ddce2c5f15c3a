package import APCore

/// Streams made by hand, so that a test does not trust the writer it tests.
package struct StreamText: Sendable {
  /// What there is so far.
  package var bytes: [UInt8]

  /// Begins with a header of these members after `{"ap":1,`.
  package init(header members: String) {
    bytes = Array("{\"ap\":1,\(members)}\n".utf8)
  }

  /// Begins a contiguous stream.
  package init(
    channels: Int = 1, rate: Int = 44_100, frames: Int? = nil, tracks: [String] = ["mix"],
    more: String = ""
  ) {
    let names = tracks.map { "{\"name\":\"\($0)\"}" }.joined(separator: ",")
    self.init(
      header: """
        "channels":\(channels),"encoding":"f32le","frames":\(frames.map { "\($0)" } ?? "null"),\
        "layout":"contiguous","rate":\(rate),"tracks":[\(names)],"type":"stream"\(more)
        """)
  }

  /// Adds a line as it is.
  package mutating func line(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    bytes.append(UInt8(ascii: "\n"))
  }

  /// Adds samples as they lie in the payload.
  package mutating func payload(_ samples: some Sequence<Float>) {
    for sample in samples {
      withUnsafeBytes(of: sample.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }

  /// Adds an audio record.
  package mutating func audio(
    _ samples: some Collection<Float>, channels: Int = 1, offset: Int = 0, track: String = "mix",
    more: String = ""
  ) {
    line(
      """
      {"bytes":\(samples.count * 4),"frames":\(samples.count / channels),"offset":\(offset),\
      "track":"\(track)","type":"audio"\(more)}
      """)
    payload(samples)
  }

  /// Adds the end record.
  package mutating func end(records: Int, frames: [String: Int]) {
    let counts = frames.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }
    line("{\"frames\":{\(counts.joined(separator: ","))},\"records\":\(records),\"type\":\"end\"}")
  }

  /// A whole contiguous stream of tracks of one length, in records of `recordFrames`.
  package static func whole(
    _ tracks: [String: [Float]], channels: Int = 1, rate: Int = 44_100, isCounted: Bool = true,
    recordFrames: Int = 4096, more: String = ""
  ) -> [UInt8] {
    let names = tracks.keys.sorted()
    let length = (tracks.values.first?.count ?? 0) / channels
    var text = StreamText(
      channels: channels, rate: rate, frames: isCounted ? length : nil, tracks: names, more: more)
    var records = 0
    for start in stride(from: 0, to: length, by: recordFrames) {
      let end = min(length, start + recordFrames)
      for name in names {
        text.audio(
          tracks[name]![start * channels..<end * channels], channels: channels, offset: start,
          track: name)
        records += 1
      }
    }
    text.end(records: records, frames: tracks.mapValues { $0.count / channels })
    return text.bytes
  }
}

/// A stream that was read to its end.
package struct ReadStream: Sendable {
  /// Its first line.
  package var header: StreamHeader
  /// What is between header and end.
  package var records: [StreamRecord] = []
  /// Its last line.
  package var end: EndRecord

  /// Reads a whole stream from memory.
  package init(_ bytes: [UInt8]) throws {
    var parser = StreamParser()
    var position = 0
    var header: StreamHeader?
    var end: EndRecord?
    while let event = try parser.consume(bytes.span.bytes, from: &position) {
      switch event {
      case .header(let value): header = value
      case .record(let record): records.append(record)
      case .end(let value): end = value
      case .abort(let abort): throw TestSupportError("the stream was aborted: \(abort.message)")
      }
    }
    try parser.finish()
    guard let header, let end else { throw TestSupportError("the stream is not whole") }
    self.header = header
    self.end = end
  }

  /// The audio records of a track.
  package func audio(_ track: String) -> [AudioRecord] {
    records.compactMap { record in
      guard case .audio(let audio) = record, audio.track == track else { return nil }
      return audio
    }
  }

  /// The samples of a track of a contiguous stream, one record after the other.
  package func samples(_ track: String) -> [Float] {
    audio(track).flatMap(\.samples)
  }
}
