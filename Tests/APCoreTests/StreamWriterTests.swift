import APCore
import SystemPackage
import TestSupport
import Testing

@Suite struct StreamWriterTests {
  /// Writes a stream to a file and returns its bytes.
  private static func written(_ body: (StreamWriter) throws -> Void) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let path = folder.file("stream")
    let file = try FileDescriptor.open(
      FilePath(path), .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    try file.closeAfter { try body(StreamWriter(file)) }
    return try Files.read(path)
  }

  private static func header(_ tracks: String..., layout: Layout = .contiguous) -> StreamHeader {
    StreamHeader(channels: 2, rate: 48_000, layout: layout, tracks: tracks.map { Track($0) })
  }

  @Test func writesWhatTheManualShows() throws {
    let samples = Sounds.noise(frames: 3, channels: 2)
    let bytes = try Self.written { writer in
      var header = StreamHeader(channels: 2, rate: 44_100, frames: 3, tracks: [Track("mix")])
      header.extra = ["!first": 1]
      try writer.write(header)
      try writer.write(samples.span, track: "mix", offset: 0)
      try writer.finish(extra: ["by": "me"])
    }
    var text = StreamText(
      header: """
        "!first":1,"channels":2,"encoding":"f32le","frames":3,"history":[],"layout":"contiguous",\
        "rate":44100,"requires":[],"tracks":[{"name":"mix"}],"type":"stream"
        """)
    text.audio(samples, channels: 2)
    text.line(#"{"by":"me","bytes":0,"frames":{"mix":3},"records":1,"type":"end"}"#)
    #expect(bytes == text.bytes)
  }

  @Test func passesOnWhatItReads() throws {
    let input = StreamText.whole(
      ["a": Sounds.noise(frames: 9_999), "b": Sounds.noise(frames: 9_999, seed: 2)])
    let stream = try ReadStream(input)
    let bytes = try Self.written { writer in
      try writer.write(stream.header)
      for record in stream.records { try writer.write(record) }
      try writer.finish(extra: stream.end.extra)
    }
    let copy = try ReadStream(bytes)
    #expect(copy.header == stream.header)
    #expect(copy.records == stream.records)
    #expect(copy.end == stream.end)
  }

  @Test func splitsWhatOneRecordCannotHold() throws {
    let most = StreamLimits.recordFrames(channels: 2)
    let samples = [Float](repeating: 0.25, count: (most + 1) * 2)
    let bytes = try Self.written { writer in
      let windowing = Windowing(length: most + 1, overlap: 0, fade: .cosine)
      try writer.write(Self.header("mix", layout: .windowed(windowing)))
      try writer.write(
        samples.span, track: "mix", offset: 0, segment: Segment(index: 0, length: most + 1))
      try writer.finish()
    }
    let records = try ReadStream(bytes).audio("mix")
    #expect(records.map(\.offset) == [0, most])
    #expect(records.map(\.samples.count) == [most * 2, 2])
    #expect(Set(records.map(\.segment)) == [Segment(index: 0, length: most + 1)])
  }

  @Test func writesNoRecordForNoSamples() throws {
    let bytes = try Self.written { writer in
      try writer.write(Self.header("mix"))
      try writer.write([Float]().span, track: "mix", offset: 0)
      try writer.finish()
    }
    #expect(try ReadStream(bytes).records.isEmpty)
  }

  @Test func refusesToWriteWhatAReaderWouldRefuse() throws {
    _ = try Self.written { writer in
      try writer.write(Self.header("mix"))
      try writer.write([1, 2, 3, 4].span, track: "mix", offset: 5)
      #expect(throws: FilterError.self) {
        try writer.write([1, 2].span, track: "mix", offset: 6)
      }
      #expect(throws: FilterError.self) {
        try writer.write([1, 2].span, track: "bass", offset: 0)
      }
      #expect(throws: FilterError.self) {
        try writer.write(
          [1, 2].span, track: "mix", offset: 9, segment: Segment(index: 0, length: 1))
      }
      try writer.finish()
    }
  }

  @Test func refusesALineThatIsTooLong() throws {
    _ = try Self.written { writer in
      var header = Self.header("mix")
      header.extra = ["note": .string(String(repeating: "x", count: 70_000))]
      #expect(throws: FilterError.self) { try writer.write(header) }
      #expect(!writer.isOpen)
    }
  }

  @Test func saysThatADiskIsFull() throws {
    let full = try FileDescriptor.open("/dev/full", .writeOnly)
    _ = try full.closeAfter {
      #expect {
        try StreamWriter(full).write(Self.header("mix"))
      } throws: { error in
        (error as? FilterError)?.code == .io
      }
    }
  }
}
