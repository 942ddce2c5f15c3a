import APCore
import Resampling
import SystemPackage
import TestSupport
import Testing

@testable import Separation

@Suite struct StemSeparationTests {
  /// Separates a stream that was made by hand, with files in the place of pipes.
  static func separate(
    _ input: [UInt8], model: LinearSeparator = LinearSeparator(), stems: [String] = [],
    normalizesSegments: Bool = false, settings: PassSettings = PassSettings()
  ) throws -> ReadStream {
    let folder = try TemporaryFolder()
    let source = try FileDescriptor.open(try folder.write(input, to: "in"), .readOnly)
    defer { try? source.close() }
    let target = try FileDescriptor.open(
      folder.file("out"), .writeOnly, options: .create, permissions: .ownerReadWrite)
    defer { try? target.close() }
    let member = BagMember(
      separator: model, segmentFrames: model.segmentFrames, weights: model.sources.map { _ in 1 })
    try StemSeparation(
      plan: PassPlan(bag: [member], settings: settings, sampleRate: model.sampleRate),
      outputs: try StemOutput.stems(stems, of: model.sources),
      scope: normalizesSegments ? .segment : nil, reader: StreamReader(source),
      writer: StreamWriter(target), log: Log(tool: "test", level: .error),
      progress: Progress(tool: "test", mode: .never)
    ).run(historyEntry: HistoryEntry(tool: "ap-demucs", version: "1"))
    return try ReadStream(try Files.read(folder.file("out")))
  }

  static func measured(_ samples: [Float], channels: Int = 2) -> Loudness {
    var meter = LoudnessMeter(channels: channels)
    meter.add(samples.span)
    return meter.loudness
  }

  /// What the reference makes of a track by itself.
  static func expected(
    _ samples: [Float], scope: NormalizationScope? = nil,
    settings: PassSettings = PassSettings()
  ) throws -> [[Float]] {
    try OverlapAddTests.separate(
      samples, models: [LinearSeparator()], settings: settings,
      scope: scope ?? .track(Normalization(measured(samples))))
  }

  static func stems(_ stream: ReadStream) -> [[Float]] {
    ["drums", "bass", "other"].map { stream.samples($0) }
  }

  @Test(arguments: [1, 60, 100, 1000])
  func theHeadersLoudnessOrTheSpoolsAreTheSame(frames: Int) throws {
    let samples = OverlapAddTests.sound(frames)
    let loudness = Self.measured(samples)
    let figures = #","source":{"loudness":{"mean":\#(loudness.mean),"std":\#(loudness.std)}}"#
    let told = try Self.separate(
      StreamText.whole(["mix": samples], channels: 2, rate: 100, recordFrames: 33, more: figures))
    let spooled = try Self.separate(
      StreamText.whole(["mix": samples], channels: 2, rate: 100, isCounted: false))
    let expected = try Self.expected(samples)
    #expect(Self.stems(told) == expected)
    #expect(Self.stems(spooled) == expected)
    #expect(told.header.frames == frames)
    #expect(spooled.header.frames == nil)
  }

  @Test func theHeaderSaysWhatComesOut() throws {
    let samples = OverlapAddTests.sound(100)
    let more =
      #","history":[{"options":{},"tool":"a","version":"1"}],"new":[1],"source":{"file":"f","loudness":{"mean":0,"std":1}}"#
    let stream = try Self.separate(
      StreamText.whole(["song": samples], channels: 2, rate: 100, more: more),
      stems: ["other", "drums"])
    #expect(stream.header.tracks.map(\.name) == ["other", "drums"])
    #expect(stream.header.rate == 100)
    #expect(stream.header.channels == 2)
    #expect(stream.header.history.map(\.tool) == ["a", "ap-demucs"])
    #expect(stream.header.extra["new"] == [1])
    #expect(stream.header.source?.file == "f")
    // The mix's figures are not the stems'.
    #expect(stream.header.source?.loudness == nil)
    #expect(stream.end.frames == ["other": 100, "drums": 100])
  }

  @Test func whatIsNotKnownPasses() throws {
    var text = StreamText(channels: 2, rate: 100)
    text.line(#"{"bytes":3,"type":"marker","x":1}"#)
    text.bytes += Array("abc".utf8)
    text.audio(OverlapAddTests.sound(70), channels: 2)
    text.line(#"{"type":"note"}"#)
    text.end(records: 3, frames: ["mix": 70])
    let stream = try Self.separate(text.bytes)
    let others = stream.records.compactMap { record -> OtherRecord? in
      if case .other(let other) = record { other } else { nil }
    }
    #expect(others.map(\.type) == ["marker", "note"])
    #expect(others.first?.payload == Array("abc".utf8))
  }

  /// Frames that no record holds are silence: before, between, and after the records.
  @Test func gapsAreSilence() throws {
    let samples = OverlapAddTests.sound(100)
    var text = StreamText(channels: 2, rate: 100, frames: 400)
    text.audio(samples[0..<80], channels: 2, offset: 30)
    text.audio(samples[80..<200], channels: 2, offset: 200)
    text.end(records: 2, frames: ["mix": 100])
    func silence(_ frames: Int) -> [Float] { [Float](repeating: 0, count: frames * 2) }
    let whole =
      silence(30) + samples[0..<80] + silence(130) + samples[80..<200] + silence(140)
    #expect(Self.stems(try Self.separate(text.bytes)) == (try Self.expected(whole)))
  }

  @Test(arguments: [false, true])
  func anEmptyStreamIsEmpty(isCounted: Bool) throws {
    let stream = try Self.separate(
      StreamText.whole(["mix": []], channels: 2, rate: 100, isCounted: isCounted))
    #expect(stream.records.isEmpty)
    #expect(stream.end.frames == ["drums": 0, "bass": 0, "other": 0])
  }

  /// The loudness of a mono track is that of the stereo track made of it.
  @Test func monoBecomesStereo() throws {
    let mono = OverlapAddTests.sound(150, channels: 1)
    let loudness = Self.measured(mono, channels: 1)
    let figures = #","source":{"loudness":{"mean":\#(loudness.mean),"std":\#(loudness.std)}}"#
    let stream = try Self.separate(
      StreamText.whole(["mix": mono], rate: 100, more: figures))
    #expect(stream.header.channels == 2)
    #expect(Self.stems(stream) == (try Self.expected(mono.flatMap { [$0, $0] })))
  }

  @Test(arguments: [48, 160, 441])
  func anotherRateIsConvertedFirst(rate: Int) throws {
    let samples = OverlapAddTests.sound(555)
    // The header's figures are those of its own rate: they must not be used.
    let stream = try Self.separate(
      StreamText.whole(
        ["mix": samples], channels: 2, rate: rate,
        more: #","source":{"loudness":{"mean":9,"std":9}}"#))
    let resampler = try Resampler(from: rate, channels: 2, to: 100, channels: 2)
    let converted = resampler.push(samples) + resampler.finish()
    #expect(stream.header.frames == converted.count / 2)
    #expect(Self.stems(stream) == (try Self.expected(converted)))
  }

  /// What is drawn depends on the length: where the header does not say it, the track is spooled.
  @Test(arguments: [true, false], [true, false])
  func shiftsDoNotDependOnWhatTheHeaderSays(isCounted: Bool, normalizesSegments: Bool) throws {
    let samples = OverlapAddTests.sound(300)
    let settings = PassSettings(shifts: 3, seed: 5)
    let stream = try Self.separate(
      StreamText.whole(["mix": samples], channels: 2, rate: 100, isCounted: isCounted),
      normalizesSegments: normalizesSegments, settings: settings)
    let expected = try Self.expected(
      samples, scope: normalizesSegments ? .segment : nil, settings: settings)
    #expect(Self.stems(stream) == expected)
  }

  @Test func segmentsCanNormalizeThemselves() throws {
    let samples = OverlapAddTests.sound(300)
    let stream = try Self.separate(
      StreamText.whole(["mix": samples], channels: 2, rate: 100), normalizesSegments: true)
    #expect(Self.stems(stream) == (try Self.expected(samples, scope: .segment)))
  }
}

extension StemSeparationTests {
  /// Windows of up to 90 frames that overlap by 20, in records of 50.
  static func windowed(_ samples: [Float], rate: Int = 100) -> [UInt8] {
    let total = samples.count / 2
    var text = StreamText(
      header: """
        "channels":2,"encoding":"f32le","frames":\(total),"layout":"windowed","rate":\(rate),\
        "tracks":[{"name":"mix"}],"type":"stream",\
        "window":{"fade":"linear","length":90,"overlap":20}
        """)
    var (start, index, records) = (0, 0, 0)
    while start == 0 || start + 20 < total {
      let length = min(90, total - start)
      for part in stride(from: 0, to: length, by: 50) {
        let end = min(part + 50, length)
        text.audio(
          samples[(start + part) * 2..<(start + end) * 2], channels: 2, offset: start + part,
          more: #","length":\#(length),"segment":\#(index)"#)
        records += 1
      }
      start += 70
      index += 1
    }
    let carried = (0..<index).reduce(0) { $0 + min(90, total - $1 * 70) }
    text.end(records: records, frames: ["mix": carried])
    return text.bytes
  }

  @Test(arguments: [1, 89, 90, 91, 160, 161, 500])
  func eachWindowIsATrackOfItsOwn(frames: Int) throws {
    let samples = OverlapAddTests.sound(frames)
    let stream = try Self.separate(Self.windowed(samples))
    let input = try ReadStream(Self.windowed(samples))
    #expect(stream.header.layout == input.header.layout)
    let windows = Dictionary(grouping: input.audio("mix")) { $0.segment?.index ?? -1 }
    for (index, records) in windows {
      let expected = try Self.expected(records.flatMap(\.samples))
      for (name, expected) in zip(["drums", "bass", "other"], expected) {
        let found = stream.audio(name).filter { $0.segment?.index == index }
        #expect(found.flatMap(\.samples) == expected)
        #expect(found.first?.offset == records[0].offset)
        #expect(found.allSatisfy { $0.segment == records[0].segment })
      }
    }
  }

  /// At another rate windows keep their places in the track, to the frame.
  @Test(arguments: [33, 70, 147, 441])
  func windowsKeepTheirPlaceAtAnotherRate(rate: Int) throws {
    let samples = OverlapAddTests.sound(500)
    let stream = try Self.separate(Self.windowed(samples, rate: rate))
    let input = try ReadStream(Self.windowed(samples, rate: rate))
    func place(_ frame: Int) -> Int { (frame * 100 + rate - 1) / rate }
    #expect(stream.header.frames == place(500))
    let windows = Dictionary(grouping: stream.audio("bass")) { $0.segment?.index ?? -1 }
    let inputs = Dictionary(grouping: input.audio("mix")) { $0.segment?.index ?? -1 }
    #expect(windows.keys == inputs.keys)
    for (index, records) in windows {
      let first = try #require(inputs[index]?.first)
      let end = first.offset + (try #require(first.segment)).length
      #expect(records[0].offset == place(first.offset))
      #expect(records[0].segment?.length == place(end) - place(first.offset))
    }
  }

  /// A last window that ends less than a frame of the network's rate after the one before it has nothing of its own.
  @Test(arguments: [(160, 2), (161, 2), (164, 3)])
  func aWindowWithNothingOfItsOwnIsLeftOut(frames: Int, windows: Int) throws {
    let stream = try Self.separate(Self.windowed(OverlapAddTests.sound(frames), rate: 441))
    for name in ["drums", "bass", "other"] {
      let records = stream.audio(name)
      #expect(Set(records.compactMap { $0.segment?.index }) == Set(0..<windows))
      let last = try #require(records.last)
      #expect(last.offset + last.samples.count / 2 == (frames * 100 + 440) / 441)
    }
  }

  @Test func severalTracksAreRefused() throws {
    let error = #expect(throws: FilterError.self) {
      try Self.separate(StreamText.whole(["a": [0], "b": [0]], rate: 100))
    }
    #expect(error?.code == .badInput)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func aSampleThatIsNoNumberIsRefused(sample: Float) throws {
    var samples = OverlapAddTests.sound(100)
    samples[151] = sample
    let error = #expect(throws: FilterError.self) {
      try Self.separate(
        StreamText.whole(["mix": samples], channels: 2, rate: 100, recordFrames: 40))
    }
    #expect(error?.code == .badInput)
    #expect(error?.message.contains("Frame 75 ") == true)
  }
}
