import APCore
import TestSupport
import Testing

@testable import Pictures

@Suite struct StreamPictureTests {
  private static func header(
    rate: Int = 44_100, channels: Int = 1, frames: Int? = nil, tracks: [String] = ["mix"]
  ) -> StreamHeader {
    StreamHeader(channels: channels, rate: rate, frames: frames, tracks: tracks.map { Track($0) })
  }

  /// The picture of one track's samples, in records of `recordFrames`.
  private static func draw(
    _ kind: StreamPicture.Kind, _ samples: [Float], _ header: StreamHeader,
    recordFrames: Int = 4_096
  ) throws -> Canvas {
    var picture = try StreamPicture(kind, of: header)
    let step = recordFrames * header.channels
    for start in stride(from: 0, to: samples.count, by: step) {
      let record = samples.span.extracting(start..<min(samples.count, start + step))
      picture.add(record, track: "mix", at: start / header.channels)
    }
    return picture.drawn()
  }

  /// A panel's column from the bottom, as levels above the softest.
  private static func column(_ x: Int, of canvas: Canvas, panel: Int = 0) -> [Int] {
    PictureLayout(panels: panel + 1).rows(panel).reversed().map { y in
      Int(canvas[PictureLayout(panels: 1).columns.lowerBound + x, y]) - Int(Palette.floor)
    }
  }

  @Test(arguments: [(8_000, 440.0), (44_100, 100), (44_100, 3_000), (48_000, 9_000)])
  func aSineIsALineInItsRow(rate: Int, frequency: Double) throws {
    let scale = FrequencyScale(rows: PictureLayout.panelHeight, rate: rate)
    let sine = Sounds.sine(frames: rate * 2, rate: rate, frequency: frequency)
    let canvas = try Self.draw(.spectrogram, sine, Self.header(rate: rate))
    for x in [200, 480, 700] {
      let column = Self.column(x, of: canvas)
      let loudest = try #require(column.max())
      #expect(loudest == Palette.levels - 1)
      let rows = column.indices.filter { column[$0] == loudest }
      let row = Int(scale.position(frequency))
      #expect(rows.contains(row) || rows.contains(row - 1) || rows.contains(row + 1), "\(rows)")
      #expect(rows.count < 8)
      let far = column.indices.filter { abs($0 - row) > 20 }.map { column[$0] }
      #expect(far.allSatisfy { $0 < Palette.levels / 4 })
    }
  }

  @Test(arguments: [StreamPicture.Kind.spectrogram, .waveform], [100, 44_100, 900_000])
  func recordsAndHeaderDoNotShow(kind: StreamPicture.Kind, frames: Int) throws {
    let noise = Sounds.noise(frames: frames, channels: 2)
    let whole = try Self.draw(
      kind, noise, Self.header(channels: 2, frames: frames), recordFrames: frames)
    for recordFrames in [999, 65_536] {
      let cut = try Self.draw(
        kind, noise, Self.header(channels: 2, frames: nil), recordFrames: recordFrames)
      #expect(cut.pixels == whole.pixels)
    }
  }

  @Test func soundStandsWhereItIs() throws {
    // A sine from 2 s to 3 s of 4.
    var picture = try StreamPicture(.spectrogram, of: Self.header(rate: 8_000, frames: 32_000))
    let sine = Sounds.sine(frames: 8_000, rate: 8_000)
    picture.add(sine.span, track: "mix", at: 16_000)
    let canvas = picture.drawn()
    for (x, isThere) in [(10, false), (450, false), (500, true), (700, true), (740, false)] {
      #expect((Self.column(x, of: canvas).max() == Palette.levels - 1) == isThere, "\(x)")
    }
  }

  @Test func aGapOfAnyLengthIsSilence() throws {
    for kind in [StreamPicture.Kind.spectrogram, .waveform] {
      var picture = try StreamPicture(kind, of: Self.header())
      let sine = Sounds.sine(frames: 44_100)
      picture.add(sine.span, track: "mix", at: 0)
      picture.add(sine.span, track: "mix", at: (1 << 53) - 44_100)
      let canvas = picture.drawn()
      let columns = [0, 400, 959].map { Self.column($0, of: canvas) }
      #expect(columns[0] != columns[1])
      #expect(columns[2] != columns[1])
    }
  }

  @Test func tracksLieUnderOneAnother() throws {
    let tracks = ["a", "b", "c"]
    var picture = try StreamPicture(.spectrogram, of: Self.header(tracks: tracks))
    let sine = Sounds.sine(frames: 44_100)
    let quarter = Sounds.sine(frames: 44_100, amplitude: 0.125)
    picture.add(quarter.span, track: "c", at: 0)
    picture.add(sine.span, track: "b", at: 0)
    let canvas = picture.drawn()
    #expect(canvas.height == PictureLayout(panels: 3).height)
    #expect(canvas.width == PictureLayout(panels: 1).width)
    let loudest = (0..<3).map { Self.column(480, of: canvas, panel: $0).max() ?? -1 }
    #expect(loudest[0] == 0)
    #expect(loudest[1] == Palette.levels - 1)
    // A quarter is 12 dB less, of 60 from the loudest to the softest.
    #expect(abs(loudest[2] - (Palette.levels - 1) * 48 / 60) <= 1)
  }

  /// Spans that the header or the end marks are bars above their track; what is not a span is passed over.
  @Test func markedSpansAreBars() throws {
    var header = Self.header(rate: 8_000, frames: 32_000, tracks: ["a", "b"])
    header.tracks[1].extra["spans"] = [[.number("1"), .number("2")], "x", [.number("3")]]
    var picture = try StreamPicture(.waveform, of: header)
    picture.add(spans: ["a": [[.number("3.5"), .number("9")]], "c": []])
    let canvas = picture.drawn()
    let layout = PictureLayout(panels: 2)
    func bar(_ panel: Int) -> [Bool] {
      let y = layout.rows(panel).lowerBound - 2
      return layout.columns.map { canvas[$0, y] == Palette.waveformCore }
    }
    let width = layout.columns.count
    for (panel, range) in [(0, width * 7 / 8..<width), (1, width / 4..<width / 2)] {
      #expect(bar(panel).indices.filter { bar(panel)[$0] } == Array(range))
    }
  }

  /// Long names, times and titles are moved in or made smaller: the outermost pixels are paper.
  @Test(arguments: [StreamPicture.Kind.spectrogram, .waveform], [320, 1_080, 4_096])
  func nothingIsCutAtTheEdge(kind: StreamPicture.Kind, width: Int) throws {
    for seconds in [1, 20, 3_600, 36_000] {
      let name = String(repeating: "w", count: 64)
      var picture = try StreamPicture(
        kind, of: Self.header(rate: 100, frames: seconds * 100, tracks: [name]), width: width,
        title: String(repeating: "Wide TITLE ", count: 20))
      let sound = Sounds.noise(frames: 100)
      picture.add(sound.span, track: name, at: 0)
      let canvas = picture.drawn()
      #expect(canvas.width == width)
      for y in 0..<canvas.height {
        #expect(canvas[0, y] == Palette.paper && canvas[width - 1, y] == Palette.paper, "\(y)")
      }
      for x in 0..<width {
        #expect(canvas[x, 0] == Palette.paper && canvas[x, canvas.height - 1] == Palette.paper)
      }
    }
  }

  @Test func theSourceIsTheTitleIfThereIsNoOther() throws {
    var header = Self.header()
    let height = try StreamPicture(.waveform, of: header).drawn().height
    header.source = Source(file: "a song.mp3")
    let named = try StreamPicture(.waveform, of: header).drawn()
    let titled = try StreamPicture(.waveform, of: Self.header(), title: "a song.mp3").drawn()
    #expect(named.height == height + 32)
    #expect(named.pixels == titled.pixels)
    #expect(try StreamPicture(.waveform, of: header, title: "").drawn().height == height)
  }

  /// A level's colour beside the panel is that of the level in it.
  @Test func coloursAreThoseOfTheScale() throws {
    let sine = Sounds.sine(frames: 44_100)
    let canvas = try Self.draw(.spectrogram, sine, Self.header())
    let layout = PictureLayout(panels: 1)
    let bar = layout.rows(0).reversed().map { Int(canvas[layout.bar.lowerBound, $0]) }
    #expect(bar.first == Int(Palette.floor))
    #expect(bar.last == Int(Palette.floor) + Palette.levels - 1)
    #expect(bar == bar.sorted())
    #expect(bar.contains(Int(canvas[layout.columns.lowerBound + 480, layout.rows(0).lowerBound])))
  }

  @Test(arguments: [StreamPicture.Kind.spectrogram, .waveform])
  func silenceNothingAndNoNumbersAreDrawn(kind: StreamPicture.Kind) throws {
    let silence = [Float](repeating: 0, count: 10_000)
    let silent = try Self.draw(kind, silence, Self.header())
    let empty = try Self.draw(kind, [], Self.header())
    #expect(Self.column(480, of: silent) == Self.column(480, of: empty))
    var odd = Sounds.noise(frames: 10_000)
    odd[20] = .nan
    odd[3_000] = .infinity
    odd[9_999] = -.greatestFiniteMagnitude
    _ = try Self.draw(kind, odd, Self.header())
    _ = try Self.draw(kind, [1], Self.header(rate: 1))
  }

  @Test func aWaveformReachesAsFarAsItsSamples() throws {
    let channels = 2
    var samples = [Float](repeating: 0, count: 96_000 * channels)
    for frame in 48_000..<96_000 { samples[frame * channels + 1] = frame % 2 == 0 ? 0.25 : -0.5 }
    let canvas = try Self.draw(.waveform, samples, Self.header(rate: 48_000, channels: channels))
    // The scale is the next round number, 0.5.
    let loud = Self.column(700, of: canvas).map { UInt8($0 + Int(Palette.floor)) }
    #expect(loud.first == Palette.waveform)
    #expect(abs((loud.lastIndex { $0 != Palette.panel } ?? 0) - 96) <= 1)
    let quiet = Self.column(200, of: canvas).map { UInt8($0 + Int(Palette.floor)) }
    #expect(quiet.count { $0 != Palette.panel } == 1)
  }
}
