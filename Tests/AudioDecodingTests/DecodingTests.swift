import APCore
import AudioDecoding
import TestSupport
import Testing

/// What `AudioReader` takes out of files of all kinds.
@Suite struct DecodingTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  private static func decode(_ path: String, audioStream: Int? = nil) throws -> [Float] {
    var options = DecodingOptions()
    options.audioStream = audioStream
    return try AlignmentTests.decode(path, options)
  }

  /// The code of the error that decoding ends with.
  private static func failure(_ path: String, audioStream: Int? = nil) -> FilterError? {
    do {
      _ = try decode(path, audioStream: audioStream)
      return nil
    } catch {
      return error as? FilterError
    }
  }

  @Test(arguments: [(0, 1), (1, 1), (2, 2), (1, 6), (4097, 6), (3000, 3)])
  func everyShapeOfWaveFile(frames: Int, channels: Int) throws {
    for rate in [8_000, 44_100, 96_000] {
      let samples = SoundFiles.sweep(frames: frames, channels: channels)
      let path = try files.encode(samples, channels: channels, rate: rate, to: "a.wav")
      let reader = try AudioReader(InputFile(path: path))
      #expect(reader.rate == rate)
      #expect(reader.channels == channels)
      #expect(try Self.decode(path) == SoundFiles.floats(samples))
    }
  }

  @Test(arguments: ["a.mkv", "a.mp4"])
  func aVideosAudioStreamsAreChosenByNumber(name: String) throws {
    let low = "sine=300:d=0.5", high = "sine=3000:d=0.5"
    let path = try files.make(
      [
        "-f", "lavfi", "-i", "testsrc=d=0.5", "-f", "lavfi", "-i", low, "-f", "lavfi", "-i", high,
        "-map", "0", "-map", "1", "-map", "2", "-c:a", "flac", "-strict", "-2",
      ], name)
    func turns(_ samples: [Float]) -> Int {
      zip(samples, samples.dropFirst()).count { $0 < 0 && $1 >= 0 }
    }
    #expect(abs(turns(try Self.decode(path, audioStream: 0)) - 150) < 3)
    #expect(abs(turns(try Self.decode(path, audioStream: 1)) - 1500) < 3)
    #expect(try Self.decode(path) == Self.decode(path, audioStream: 0))
    let error = Self.failure(path, audioStream: 2)
    #expect(error?.code == .badInput)
    #expect(error?.message.contains("it has 2") == true)
  }

  @Test(arguments: ["a.mp3", "a.flac", "a.m4a"])
  func aCoverChangesNothing(name: String) throws {
    let samples = SoundFiles.sweep(frames: 20_000, channels: 2)
    let plain = try files.encode(samples, to: name)
    let picture = try files.make(
      ["-f", "lavfi", "-i", "testsrc=s=640x640", "-frames:v", "1"], "cover.png")
    let covered = try files.encode(
      samples,
      ["-i", picture, "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"],
      to: "cover-\(name)")
    #expect(try Files.read(covered).count > Files.read(plain).count + 1000)
    #expect(try Self.decode(covered) == Self.decode(plain))
  }

  @Test func aChangeOfRateOnTheWayIsConverted() throws {
    let first = try files.encode(
      SoundFiles.sweep(frames: 44_100, channels: 2), ["-f", "mpegts"], to: "first.ts")
    let second = try files.encode(
      SoundFiles.sweep(frames: 24_000, channels: 1), channels: 1, rate: 24_000, ["-f", "mpegts"],
      to: "second.ts")
    let bytes = try Files.read(first) + Files.read(second)
    let reader = try AudioReader(InputFile(path: files.folder.write(bytes, to: "both.ts")))
    #expect(reader.rate == 44_100)
    #expect(reader.channels == 2)
    let samples = try Self.decode(files.folder.file("both.ts"))
    // A second each, and what the encoder adds.
    #expect((88_200..<95_000).contains(samples.count / 2))
    #expect(samples.suffix(40_000).contains { abs($0) > 0.2 })
  }

  @Test func whatIsNoSoundIsSaid() throws {
    let text = try files.folder.write(Array("no sound at all\n".utf8), to: "a.txt")
    let empty = try files.folder.write([], to: "empty.wav")
    let video = try files.make(["-f", "lavfi", "-i", "testsrc=d=0.2"], "silent.mp4")
    for (path, words) in [(text, "not a sound or video file"), (empty, "is empty")] {
      #expect(Self.failure(path)?.code == .badInput)
      #expect(Self.failure(path)?.message.contains(words) == true)
    }
    #expect(Self.failure(video)?.message.contains("has no audio stream") == true)
    #expect(Self.failure(files.folder.path)?.code == .noInput)
    #expect(Self.failure(files.folder.file("missing.wav"))?.code == .noInput)
    let playlist = Array("#EXTM3U\n#EXTINF:1,\n\(video)\n#EXT-X-ENDLIST\n".utf8)
    #expect(Self.failure(try files.folder.write(playlist, to: "a.m3u8"))?.code == .badInput)
  }

  @Test func theFileMayEndBeforeTheStart() throws {
    let path = try files.encode(SoundFiles.sweep(frames: 1000, channels: 2), to: "a.wav")
    var options = DecodingOptions()
    options.startTime = 1
    #expect {
      try AlignmentTests.decode(path, options)
    } throws: {
      ($0 as? FilterError)?.code == .badInput
    }
  }
}
