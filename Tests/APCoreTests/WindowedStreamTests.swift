import APCore
import TestSupport
import Testing

/// The rules of segments, held by reader and writer alike.
@Suite struct WindowedStreamTests {
  private struct Part {
    let offset: Int
    let frames: Int
    let segment: Int
    let length: Int

    init(_ offset: Int, _ frames: Int, _ segment: Int, _ length: Int) {
      self.offset = offset
      self.frames = frames
      self.segment = segment
      self.length = length
    }
  }

  private static func stream(_ parts: [Part]) -> [UInt8] {
    var text = StreamText(
      header: """
        "channels":1,"encoding":"f32le","layout":"windowed","rate":8000,"tracks":[{"name":"mix"}],\
        "type":"stream","window":{"fade":"linear","length":10,"overlap":4}
        """)
    for part in parts {
      text.audio(
        Sounds.noise(frames: part.frames), offset: part.offset,
        more: ",\"segment\":\(part.segment),\"length\":\(part.length)")
    }
    text.end(records: parts.count, frames: ["mix": parts.reduce(0) { $0 + $1.frames }])
    return text.bytes
  }

  @Test func takesSegmentsInPartsAndWithGaps() throws {
    let stream = try ReadStream(
      Self.stream([
        Part(0, 3, 0, 10), Part(3, 7, 0, 10), Part(6, 10, 1, 10), Part(12, 5, 2, 5),
        Part(100, 1, 3, 1),
      ]))
    var collector = WindowCollector(channels: 1)
    let windows = stream.audio("mix").compactMap { collector.add($0) }
    #expect(windows.map(\.start) == [0, 6, 12, 100])
    #expect(windows.map(\.segment.length) == [10, 10, 5, 1])
    #expect(windows.map(\.samples.count) == [10, 10, 5, 1])
    #expect(windows[0].samples == Sounds.noise(frames: 3) + Sounds.noise(frames: 7))
  }

  @Test(arguments: [
    [Part(0, 10, 1, 10)],
    [Part(0, 10, 0, 10), Part(6, 10, 2, 10)],
    [Part(0, 10, 0, 10), Part(6, 10, 0, 10)],
    [Part(0, 11, 0, 11)],
    [Part(0, 10, 0, 9)],
    [Part(0, 9, 0, 10)],
    [Part(0, 9, 0, 10), Part(9, 1, 1, 1)],
    [Part(0, 3, 0, 10), Part(4, 7, 0, 10)],
    [Part(0, 3, 0, 10), Part(3, 7, 0, 9)],
    [Part(0, 10, 0, 10), Part(5, 10, 1, 10)],
    [Part(0, 10, 0, 10), Part(6, 4, 1, 4)],
    [Part(0, 3, 0, 3), Part(0, 10, 1, 10)],
  ])
  private func refusesSegmentsOutOfOrder(parts: [Part]) {
    #expect { try ReadStream(Self.stream(parts)) } throws: { error in
      (error as? FilterError)?.code == .badInput
    }
  }

  @Test func refusesAudioWithoutASegment() {
    var text = StreamText(
      header: """
        "channels":1,"encoding":"f32le","layout":"windowed","rate":8000,"tracks":[{"name":"mix"}],\
        "type":"stream","window":{"fade":"linear","length":10,"overlap":4}
        """)
    text.audio([1])
    #expect(throws: FilterError.self) { try ReadStream(text.bytes) }
  }
}
