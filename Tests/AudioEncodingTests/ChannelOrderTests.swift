import TestSupport
import Testing

@testable import AudioEncoding

@Suite struct ChannelOrderTests {
  /// The speakers in the order of WAV and FLAC, and in that of Vorbis I, 4.3.9.
  static let layouts: [([String], [String])] = [
    (["L"], ["L"]), (["L", "R"], ["L", "R"]), (["L", "R", "C"], ["L", "C", "R"]),
    (["L", "R", "bL", "bR"], ["L", "R", "bL", "bR"]),
    (["L", "R", "C", "bL", "bR"], ["L", "C", "R", "bL", "bR"]),
    (["L", "R", "C", "low", "bL", "bR"], ["L", "C", "R", "bL", "bR", "low"]),
    (["L", "R", "C", "low", "bC", "sL", "sR"], ["L", "C", "R", "sL", "sR", "bC", "low"]),
    (
      ["L", "R", "C", "low", "bL", "bR", "sL", "sR"],
      ["L", "C", "R", "sL", "sR", "bL", "bR", "low"]
    ),
  ]

  @Test(arguments: layouts) func vorbisHasItsOwn(stream: [String], file: [String]) {
    var order = ChannelOrder.vorbis(channels: stream.count)
    let frames = 3
    // The speaker's number, and the frame's.
    let samples = (0..<frames).flatMap { frame in
      stream.indices.map { Float(100 * $0 + frame) }
    }
    var ordered: [Float] = []
    order.apply(to: samples.span) { span in
      for index in span.indices { ordered.append(span[index]) }
    }
    let expected = (0..<frames).flatMap { frame in
      file.map { Float(100 * (stream.firstIndex(of: $0) ?? -1) + frame) }
    }
    #expect(ordered == expected)
  }

  @Test func theStreamsChangesNothing() {
    var order = ChannelOrder.ofStream
    let samples = Sounds.noise(frames: 5, channels: 3)
    order.apply(to: samples.span) { span in
      #expect(span.count == 15 && span.indices.allSatisfy { span[$0] == samples[$0] })
    }
  }
}
