import APCore
import TestSupport

@testable import AudioDecoding

extension FuzzTarget {
  static let containerTargets = [
    // What our own readers of headers, frames and pages make of bytes, without libavformat: far faster.
    FuzzTarget("headers", maximumBytes: 8192) { bytes in
      _ = MatroskaHeader.promisedBytes(bytes)
      if let lame = LameHeader(bytes, iTunesTag: nil) {
        try BrokenPromise.unless(lame.samples >= 0, "an MP3 of \(lame.samples) samples")
      }
      _ = SeekingFormat.begins(bytes[...])
      // How the bytes come in pieces must not matter.
      try BrokenPromise.unless(
        frames(bytes, piece: bytes.count) == frames(bytes, piece: 7), "pieces matter to frames")
      try BrokenPromise.unless(
        links(bytes, piece: bytes.count) == links(bytes, piece: 7), "pieces matter to pages")
    },
    // A whole file, strict and lenient.
    FuzzTarget("sound", maximumBytes: 8192) { bytes in
      let path = try scratchFile(bytes)
      for isLenient in [false, true] {
        var options = DecodingOptions()
        options.isLenient = isLenient
        // A header may claim hours of silence.
        options.endTime = 20
        do throws(FilterError) {
          let reader = try AudioReader(InputFile(path: path), options: options)
          var block: [Float] = []
          repeat { try reader.read(into: &block, frames: 8192) } while !block.isEmpty
          _ = reader.cutEnd?.sentence(of: "It")
        } catch  where error.code == .software || error.message.isEmpty {
          throw error
        } catch {}
      }
    },
  ]

  private static func frames(_ bytes: [UInt8], piece: Int) -> [UInt8] {
    var stream = FrameStream()
    for start in stride(from: 0, to: bytes.count, by: max(1, piece)) {
      stream.add(bytes[start..<min(bytes.count, start + piece)])
    }
    stream.finish()
    return stream.output
  }

  private static func links(_ bytes: [UInt8], piece: Int) -> [Int?] {
    var pages = OggPages()
    for start in stride(from: 0, to: bytes.count, by: max(1, piece)) {
      pages.add(bytes[start..<min(bytes.count, start + piece)], at: Int64(start))
    }
    return pages.links(of: 0).map(\.end) + [pages.losses(before: .max)]
  }
}
