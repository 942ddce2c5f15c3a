import AudioDecoding
import Resampling
import TestSupport
import Testing

/// What a codec made of a sound lies where the sound lies, and is as long.
@Suite struct AlignmentTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  static func decode(_ path: String, _ options: DecodingOptions = .init()) throws -> [Float] {
    let reader = try AudioReader(InputFile(path: path), options: options)
    var samples: [Float] = []
    var block: [Float] = []
    repeat {
      try reader.read(into: &block, frames: 10_000)
      samples += block
    } while !block.isEmpty
    return samples
  }

  /// The shift of `other` against `samples` at which they are most alike, in frames.
  static func shift(of other: [Float], against samples: [Float]) -> Int? {
    let count = min(other.count, samples.count)
    return (-60...60).max { left, right in
      likeness(left) < likeness(right)
    }
    func likeness(_ shift: Int) -> Float {
      var sum: Float = 0
      for index in 100..<min(count, 20_000) - 100 { sum += samples[index] * other[index + shift] }
      return sum
    }
  }

  @Test(
    arguments: [
      ("a.wav", []), ("a.flac", []), ("a.aiff", []), ("a.caf", []), ("a.wv", []), ("a.tta", []),
      ("a.mkv", ["-c:a", "flac"]), ("a.m4a", ["-c:a", "alac"]), ("a.mov", ["-c:a", "pcm_s16le"]),
      ("a24.flac", ["-sample_fmt", "s32"]), ("a24.wav", ["-c:a", "pcm_s24le"]),
      ("af.wav", ["-c:a", "pcm_f32le"]), ("ad.wav", ["-c:a", "pcm_f64le"]),
    ] as [(String, [String])])
  func losslessFilesAreExact(name: String, options: [String]) throws {
    let samples = SoundFiles.sweep(frames: 10_001, channels: 2)
    let path = try files.encode(samples, options, to: name)
    #expect(try Self.decode(path) == SoundFiles.floats(samples))
  }

  @Test(
    arguments: [
      ("a.mp3", ["-b:a", "192k"]), ("v0.mp3", ["-q:a", "0"]), ("a.m4a", ["-b:a", "192k"]),
      ("fast.m4a", ["-b:a", "192k", "-movflags", "+faststart"]), ("a.mp4", ["-b:a", "192k"]),
      ("mp3.mp4", ["-c:a", "libmp3lame"]), ("a.ogg", ["-c:a", "libvorbis", "-q:a", "6"]),
      ("vorbis.mkv", ["-c:a", "libvorbis", "-q:a", "6"]),
    ] as [(String, [String])], [9_000, 20_000, 54_321])
  func lossyFilesLineUp(format: (String, [String]), frames: Int) throws {
    let samples = SoundFiles.sweep(frames: frames, channels: 1)
    let path = try files.encode(samples, channels: 1, format.1, to: format.0)
    let decoded = try Self.decode(path)
    if format.0.hasSuffix(".mkv") {
      // Its clock has milliseconds.
      #expect(abs(decoded.count - frames) <= 2048)
    } else {
      #expect(decoded.count == frames)
    }
    #expect(Self.shift(of: decoded, against: SoundFiles.floats(samples)) == 0)
  }

  @Test(arguments: ["a.opus", "opus.webm", "opus.mp4"])
  func opusLinesUpWithTheSoundAt48000(name: String) throws {
    let samples = SoundFiles.sweep(frames: 54_321, channels: 1)
    let path = try files.encode(
      samples, channels: 1, ["-c:a", "libopus", "-b:a", "128k"], to: name)
    let decoded = try Self.decode(path)
    let resampler = try Resampler(from: 44_100, channels: 1, to: 48_000, channels: 1)
    let expected = resampler.push(SoundFiles.floats(samples)) + resampler.finish()
    #expect(decoded.count == expected.count)
    #expect(Self.shift(of: decoded, against: expected) == 0)
  }

  @Test func theLengthThatITunesTellsHolds() throws {
    let samples = SoundFiles.sweep(frames: 30_000, channels: 1)
    let tag = "iTunSMPB= 00000000 00000400 000001C0 0000000000007148 00000000"
    let path = try files.encode(
      samples, channels: 1, ["-metadata", tag, "-movflags", "use_metadata_tags"], to: "a.m4a")
    #expect(try Self.decode(path).count == 0x7148)
  }

  @Test(
    arguments: [
      ("a.wav", []), ("a.flac", []), ("a.mp3", []), ("a.m4a", []), ("a.ogg", []),
      ("a.mkv", ["-c:a", "ac3"]), ("a.ts", []),
    ] as [(String, [String])])
  func aCutIsThatPartOfTheWhole(name: String, options: [String]) throws {
    let samples = SoundFiles.sweep(frames: 52_000, channels: 2)
    let path = try files.encode(samples, options, to: name)
    for rate in [nil, 16_000] {
      var cut = DecodingOptions()
      cut.rate = rate
      let whole = try Self.decode(path, cut)
      for (start, end) in [(0.1, 0.2), (0.0, 0.000_05), (0.7, 99.0), (1.0, nil)]
        as [(Double, Double?)]
      {
        (cut.startTime, cut.endTime) = (start, end)
        let first = Int((start * Double(rate ?? 44_100)).rounded()) * 2
        let last = end.map { Int(($0 * Double(rate ?? 44_100)).rounded()) * 2 } ?? whole.count
        #expect(try Self.decode(path, cut) == Array(whole[first..<min(last, whole.count)]))
      }
    }
  }
}
