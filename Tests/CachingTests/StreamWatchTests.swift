import APCore
import TestSupport
import Testing

@testable import Caching

@Suite struct StreamWatchTests {
  private static func watch(_ bytes: [UInt8], pieces: Int = .max) -> StreamWatch {
    var watch = StreamWatch()
    for start in stride(from: 0, to: bytes.count, by: min(pieces, bytes.count)) {
      Array(bytes[start..<min(bytes.count, start + pieces)]).withUnsafeBytes { watch.add($0) }
    }
    watch.finish()
    return watch
  }

  @Test(arguments: [1, 7, 100, 4_096, .max])
  func theEndIsFoundInPiecesOfAnySize(pieces: Int) throws {
    var text = StreamText(frames: 5_000)
    text.audio(Sounds.noise(frames: 5_000))
    text.line(#"{"bytes":2,"type":"note"}"#)
    text.bytes += [10, 13]
    text.line(#"{"type":"note"}"#)
    let end = text.bytes.count
    text.end(records: 3, frames: ["mix": 5_000])
    let watch = Self.watch(text.bytes, pieces: pieces)
    #expect(watch.isWhole)
    #expect(watch.end == end)
    #expect(watch.count == text.bytes.count)
    #expect(watch.header?.frames == 5_000)
  }

  @Test func whatIsNotWholeIsNot() {
    let whole = StreamText.whole(["mix": Sounds.noise(frames: 100)])
    for length in 1..<whole.count {
      let watch = Self.watch(Array(whole[..<length]))
      #expect(!watch.isWhole)
      #expect(watch.failure?.code == .cutInput)
    }
    #expect(Self.watch(whole + [10]).failure?.code == .badInput)
    var aborted = StreamText()
    aborted.line(#"{"exit":74,"message":"No disk.","tool":"ap-x","type":"abort"}"#)
    let watch = Self.watch(aborted.bytes)
    #expect(watch.failure?.abort?.tool == "ap-x")
    #expect(watch.failure?.message == "ap-x failed: No disk.")
    #expect(!watch.isWhole)
  }
}
