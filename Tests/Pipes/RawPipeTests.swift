import APCore
import TestSupport
import Testing

/// `ap-decode --raw` in real pipes.
@Suite struct RawPipeTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Samples that bytes of this encoding hold exactly.
  private static func noise(_ encoding: String, frames: Int, channels: Int) -> [Float] {
    let noise = Sounds.noise(frames: frames, channels: channels)
    let bits = Int(encoding.filter(\.isNumber)) ?? 8
    guard encoding.first != "f", bits < 24 else { return noise }
    let scale = Float(1 << (bits - 1))
    return noise.map { ($0 * scale).rounded(.down) / scale }
  }

  private static let cases: [(encoding: String, channels: Int, rate: Int)] = [
    ("f32le", 2, 48_000), ("f32be", 1, 44_100), ("f64le", 3, 8_000), ("f64be", 1, 192_000),
    ("s16le", 2, 44_100), ("s16be", 6, 48_000), ("s24le", 2, 48_000), ("s24be", 1, 48_000),
    ("s32le", 2, 96_000), ("s32be", 2, 96_000), ("u8", 1, 8_000), ("s8", 2, 8_000),
    ("u16le", 2, 44_100), ("s16le", 9, 48_000), ("f32le", 64, 8_000),
  ]

  /// What ffmpeg has written, from a pipe and from a file.
  @Test(arguments: cases)
  func samplesWithoutAHeaderAreRead(encoding: String, channels: Int, rate: Int) throws {
    let samples = Self.noise(encoding, frames: 5_001, channels: channels)
    var text = StreamText(channels: channels)
    text.bytes = []
    text.payload(samples)
    let bytes = try Command.tool(
      "ffmpeg", "-v", "error", "-f", "f32le", "-ar", "\(rate)", "-ac", "\(channels)", "-i", "-",
      "-f", encoding, "-"
    ).run(.bytes(text.bytes)).output
    let file = try folder.write(bytes, to: "raw")
    let format = "\(encoding):\(rate):\(channels)"
    let pipe = try Command("ap-decode", "--raw", format, "-").run(.bytes(bytes))
    let named = try Command("ap-decode", "--raw", format, file).run()
    for outcome in [pipe, named] {
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors == "")
      let stream = try ReadStream(outcome.output)
      #expect(stream.header.rate == rate)
      #expect(stream.header.channels == channels)
      #expect(stream.header.source?.rate == rate)
      #expect(stream.samples("mix") == samples)
    }
    let header = try ReadStream(named.output).header
    #expect(header.frames == 5_001)
    #expect(header.source?.loudness != nil)
    #expect(header.history.first?.options["raw"] == .string(format))
  }

  /// Bytes that would be a file of their own: they are samples here.
  @Test(
    arguments: [
      "OggS", "RIFF\u{10}\u{0}\u{0}\u{0}WAVEfmt ", "fLaC",
      "\u{1a}E", "#EXTM3U\n", "\u{0}\u{0}\u{0}\u{18}ftypM4A ", "FORM\u{0}\u{0}\u{0}\u{4}AIFF",
    ], [true, false])
  func whateverTheBytesLookLike(start: String, isPipe: Bool) throws {
    var bytes = start.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    bytes += [UInt8](repeating: 0xff, count: 40_000 - bytes.count)
    let expected = bytes.map { Float($0) / 128 - 1 }
    let file = try folder.write(bytes, to: "raw.mp3")
    let outcome =
      isPipe
      ? try Command("ap-decode", "--raw", "u8:8000:1", "-").run(.bytes(bytes))
      : try Command("ap-decode", "--raw", "u8:8000:1", file).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    #expect(try ReadStream(outcome.output).samples("mix") == expected)
  }

  @Test(arguments: [1, 7, 8_191, 8_193, 80_001], [true, false])
  func aFrameThatIsCutIsSaid(count: Int, isPipe: Bool) throws {
    let bytes = [UInt8](repeating: 0, count: count)
    let file = try folder.write(bytes, to: "raw")
    var command = Command("ap-decode", "--raw", "f32le:8000:2", isPipe ? "-" : file)
    let outcome = try command.run(.bytes(isPipe ? bytes : []))
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(
      outcome.errors.contains("its last frame has \(count % 8) of 8 bytes"), "\(outcome.errors)")
    #expect(outcome.isAbort)
    guard count > 8 else { return }
    command.arguments.insert("--lenient", at: 0)
    let lenient = try command.run(.bytes(isPipe ? bytes : []))
    #expect(lenient.status == 0)
    #expect(try ReadStream(lenient.output).samples("mix").count == 2 * (count / 8))
  }

  @Test func nothingIsAStreamWithoutFrames() throws {
    let outcome = try Command("ap-decode", "--raw", "f32le:8000:2", "-").run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(outcome.output)
    #expect(stream.header.rate == 8_000)
    #expect(stream.end.frames == ["mix": 0])
  }

  @Test func timesAndRatesAreFollowed() throws {
    let samples = Sounds.sine(frames: 96_000, rate: 48_000)
    var text = StreamText()
    text.bytes = []
    text.payload(samples)
    let part = try Command(
      "ap-decode", "--raw", "f32le:48000:1", "--start-time", "0:00.5", "--end-time", "1", "-"
    ).run(.bytes(text.bytes))
    #expect(try ReadStream(part.output).samples("mix") == Array(samples[24_000..<48_000]))
    let half = try Command(
      "ap-decode", "--raw", "f32le:48000:1", "--rate", "24000", "--channels", "2", "-"
    ).run(.bytes(text.bytes))
    let stream = try ReadStream(half.output)
    #expect(stream.samples("mix").count == 96_000)
    #expect(stream.header.source?.rate == 48_000)
  }

  @Test(arguments: ["f32le", "f32le:48000", "mp3:48000:2", "f32le:0:2"])
  func whatIsNoFormatIsSaid(format: String) throws {
    let outcome = try Command("ap-decode", "--raw", format, "-").run()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("such as s16le:44100:2. The encodings are alaw"))
    #expect(outcome.errorLines.count == 1)
  }
}
