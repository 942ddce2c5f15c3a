import APCore
import TestSupport
import Testing

/// `ap-view` in real pipes, its pictures read by ffmpeg.
@Suite struct ViewPipeTests {
  private let folder: TemporaryFolder
  private let picture: String

  init() throws {
    folder = try TemporaryFolder()
    picture = folder.file("picture.png")
  }

  private func view(_ options: String...) -> Command {
    var command = Command("ap-view", "--png", picture)
    command.arguments += options
    return command
  }

  /// The picture's size, and its pixels as red, green and blue: [height × width × 3].
  private func pixels() throws -> (width: Int, height: Int, rgb: [UInt8]) {
    let size = try Command.tool(
      "ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", picture
    ).run().text.split(whereSeparator: { ",\n".contains($0) }).compactMap { Int($0) }
    let rgb = try Command.tool(
      "ffmpeg", "-v", "error", "-i", picture, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"
    ).run().output
    try #require(size.count == 2)
    try #require(rgb.count == size[0] * size[1] * 3)
    return (size[0], size[1], rgb)
  }

  @Test(arguments: ["--spectrogram", "--waveform"])
  func theStreamPassesAsItCame(kind: String) throws {
    // As no writer here would write it: spaces, an order of its own, records nobody knows.
    var text = StreamText(
      header: """
         "type" : "stream", "tracks":[ {"name":"x"} ,{"name":"y.2"}], "rate":8000,"new":[1.50],\
        "layout":"contiguous", "encoding":"f32le","channels":2
        """)
    text.audio(Sounds.noise(frames: 3_000, channels: 2), channels: 2, track: "y.2")
    text.line(#"{ "bytes":3,"type":"note"}"#)
    text.bytes += [0x0a, 0x7b, 0x00]
    text.audio(Sounds.noise(frames: 500, channels: 2), channels: 2, offset: 7, track: "x")
    text.end(records: 3, frames: ["x": 500, "y.2": 3_000])
    for size in [1, 777, 65_536] {
      let outcomes = try Pipeline([
        Filters.python("chunks.py", ["\(size)"]), view(kind, "--force"),
      ]).run(.bytes(text.bytes))
      #expect(outcomes.map(\.status) == [0, 0], "\(outcomes[1].errors)")
      #expect(outcomes[1].output == text.bytes)
      #expect(outcomes[1].errors == "")
    }
    let (width, height, _) = try pixels()
    #expect(width == 1_080)
    #expect(height == 2 * 156 + 34)
  }

  /// The row of 1 kHz is the brightest, and other rows are dark.
  @Test func aSineIsWhereTheAxisSaysIt() throws {
    let input = StreamText.whole(["mix": Sounds.sine(frames: 44_100, frequency: 1_000)])
    #expect(try view().run(.bytes(input)).status == 0)
    let (width, height, rgb) = try pixels()
    #expect(height == 156 + 34)
    let brightness = (28..<156).map { y in
      (0..<3).map { Int(rgb[(y * width + 500) * 3 + $0]) }.reduce(0, +)
    }
    let row = try #require(brightness.indices.max { brightness[$0] < brightness[$1] })
    // 1000 of the 3564 mel up to 16 kHz, of 128 rows.
    #expect(abs(row - (127 - 1_000 * 128 / 3_564)) <= 1)
    #expect(brightness[20] < 60)
  }

  @Test(arguments: [("320", 0, 320), ("4096", 0, 4_096), ("319", 64, 0), ("4097", 64, 0)])
  func itIsAsWideAsAsked(width: String, status: Int, pixels: Int) throws {
    let input = StreamText.whole(["mix": Sounds.sine(frames: 44_100)])
    let outcome = try view("--width", width, "--title", "A title").run(.bytes(input))
    #expect(outcome.status == status)
    if status == 0 {
      let picture = try self.pixels()
      #expect(picture.width == pixels)
      #expect(picture.height == 32 + 156 + 34)
    }
  }

  @Test(arguments: ["--spectrogram", "--waveform"])
  func windowsAreDrawnAsTheSoundTheyMake(kind: String) throws {
    let input = StreamText.whole(
      ["a": Sounds.sweep(frames: 30_000, rate: 8_000), "b": Sounds.noise(frames: 30_000)],
      rate: 8_000)
    #expect(try view(kind).run(.bytes(input)).status == 0)
    let whole = try Files.read(picture)
    let windows = try Pipeline([
      Command("ap-segment", "--length", "1", "--overlap", "0.3"), view(kind, "--force"),
      Command("ap-xfade"),
    ]).run(.bytes(input))
    #expect(windows.map(\.status) == [0, 0, 0], "\(windows[1].errors)")
    #expect(try Files.read(picture) == whole)
    #expect(try ReadStream(windows[2].output).samples("b") == ReadStream(input).samples("b"))
  }

  @Test(arguments: ["--spectrogram", "--waveform"])
  func aStreamWithoutSoundHasAPicture(kind: String) throws {
    let input = StreamText.whole(["mix": []])
    let outcome = try view(kind).run(.bytes(input))
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == input)
    #expect(try pixels().height == 156 + 34)
  }

  @Test func aPictureIsThereWholeOrNotAtAll() throws {
    let input = Filters.input(for: "ap-view")
    #expect(try view().run(.bytes(Array(input.dropLast(9)))).status == 65)
    #expect(try folder.list() == [])
    #expect(try view().run(.bytes(input)).status == 0)
    let before = try Files.read(picture)
    let second = try view("--waveform").run(.bytes(input))
    #expect(second.status == 73)
    #expect(second.isAbort)
    #expect(try Files.read(picture) == before)
    #expect(try view("--waveform", "--force").run(.bytes(input)).status == 0)
    #expect(try Files.read(picture) != before)
    #expect(try folder.list() == ["picture.png"])
  }

  @Test(arguments: [
    ("v.jpg", true), ("v.png.JPEG", true), ("v.webp", true), ("v.png", false), ("v.PNG", false),
    ("v", false), ("jpg", false), ("v.xyz", false),
  ])
  func aNameThatBeliesThePictureIsSaid(name: String, isOther: Bool) throws {
    let outcome = try Command("ap-view", "--png", folder.file(name))
      .run(.bytes(Filters.input(for: "ap-view")))
    #expect(outcome.status == 0)
    let warning = "ap-view: warning: \(folder.file(name)) will hold png: its name says otherwise.\n"
    #expect(outcome.errors == (isOther ? warning : ""))
    #expect(try folder.list() == [name])
  }

  @Test func aFolderThatIsNotThereIsSaidBeforeTheSound() throws {
    let outcome = try Command("ap-view", "--png", folder.file("absent/picture.png"))
      .run(.bytes(Filters.input(for: "ap-view")))
    #expect(outcome.status == 73)
    #expect(outcome.isAbort)
  }

  @Test(arguments: ["--spectrogram", "--waveform"])
  func memoryDoesNotGrowWithTheSound(kind: String) throws {
    func peak(seconds: Int) throws -> Int {
      let input = StreamText.whole(
        ["mix": Sounds.sine(frames: seconds * 8_000, rate: 8_000)], rate: 8_000, isCounted: false)
      let outcome = try view(kind, "--force").recordingPeakMemory(in: folder.file("peak"))
        .run(.bytes(input))
      #expect(outcome.status == 0)
      return try folder.number(in: "peak")
    }
    let short = try peak(seconds: 30)
    #expect(try peak(seconds: 300) < short + 2 << 20)
  }
}
