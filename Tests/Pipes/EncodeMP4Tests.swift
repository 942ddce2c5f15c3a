import APCore
import TestSupport
import Testing

/// AAC, ALAC and DJ software's stems out of `ap-encode`.
@Suite struct EncodeMP4Tests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func encode(_ arguments: [String], _ output: String, _ input: [UInt8]) throws -> Outcome {
    var command = Command("ap-encode")
    command.arguments = arguments + ["-o", folder.file(output)]
    return try command.run(.bytes(input))
  }

  /// What ffprobe says of each track.
  private func probe(_ name: String, _ entries: String) throws -> [String] {
    try Command.tool(
      "ffprobe", "-v", "error", "-show_entries", entries, "-of", "csv=p=0", folder.file(name)
    ).run().text.split(separator: "\n").map(String.init)
  }

  @Test(
    arguments: ["16", "24"],
    [
      (1, 1, 44_100), (4_096, 2, 48_000), (4_097, 1, 8_000), (70_001, 2, 44_100),
      (9_000, 2, 96_000), (9_000, 2, 192_000),
    ] as [(Int, Int, Int)])
  func alacGivesEverySampleBack(bits: String, shape: (Int, Int, Int)) throws {
    let (frames, channels, rate) = shape
    let input = EncodePipeTests.steps(frames, channels: channels, bits: Int(bits) ?? 0)
    let stream = StreamText.whole(
      ["mix": input], channels: channels, rate: rate, isCounted: frames != 9_000)
    let outcome = try encode(["--format", "alac", "--bits", bits], "a.m4a", stream)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.samples("a.m4a") == input)
    #expect(try probe("a.m4a", "stream=codec_name,sample_rate") == ["alac,\(rate)"])
    let decoded = try ReadStream(Command("ap-decode", folder.file("a.m4a")).run().output)
    #expect(decoded.samples("mix") == input)
  }

  /// The encoder's delay is cut off again, before and after the sound.
  @Test(arguments: [1, 1_023, 1_024, 1_025, 50_000], [(1, 44_100), (2, 48_000), (2, 96_000)])
  func aacKeepsTheLengthAndThePlace(frames: Int, shape: (Int, Int)) throws {
    let (channels, rate) = shape
    let sine = Sounds.sine(frames: frames, channels: channels, rate: rate)
    let stream = StreamText.whole(["mix": sine], channels: channels, rate: rate)
    #expect(try encode([], "a.m4a", stream).status == 0)
    #expect(try probe("a.m4a", "stream=codec_name,channels") == ["aac,\(channels)"])
    let decoded = try ReadStream(Command("ap-decode", folder.file("a.m4a")).run().output)
    #expect(decoded.header.frames == frames)
    #expect(decoded.samples("mix").count == sine.count)
    // FFmpeg gives the rest of the last block, too.
    #expect(try probe("a.m4a", "stream=duration_ts") == ["\(frames)"])
    for heard in [decoded.samples("mix"), try folder.samples("a.m4a")] {
      #expect((sine.count..<sine.count + 1_024 * channels).contains(heard.count))
      let margin = 2_000 * channels
      let error = zip(heard, sine).dropFirst(margin).dropLast(margin).map { abs($0 - $1) }.max()
      #expect(error ?? 0 < 0.02)
    }
  }

  /// A player of a pipe needs the index first.
  @Test(arguments: ["aac", "alac"])
  func theIndexComesBeforeTheSound(format: String) throws {
    let sound = StreamText.whole(["mix": Sounds.sine(frames: 100_000)])
    let outcomes = try Pipeline([
      Command("ap-encode", "-o", "-", "--format", format), Command("ap-decode", "-"),
    ]).run(.bytes(sound))
    #expect(outcomes.map(\.status) == [0, 0], "\(outcomes[1].errors)")
    #expect(try ReadStream(outcomes[1].output).header.frames == 100_000)
    #expect(try encode(["--format", format], "a.m4a", sound).status == 0)
    let boxes = Boxes(try Files.read(folder.file("a.m4a")))
    let names = boxes.names
    #expect(names.first == "ftyp")
    #expect(try #require(names.firstIndex(of: "moov")) < #require(names.firstIndex(of: "mdat")))
  }

  static let stems = ["bass", "drums", "other", "vocals"]

  private static func tracks(_ names: [String], frames: Int = 30_000) -> [String: [Float]] {
    var tracks: [String: [Float]] = [:]
    for (index, name) in names.enumerated() {
      tracks[name] = EncodePipeTests.steps(frames, channels: 2, bits: 14, seed: UInt64(index + 1))
        .map { $0 / 8 }
    }
    return tracks
  }

  /// ALAC shows which sound stands where; without a mix, that is the sum.
  @Test(arguments: [true, false], [4_096, 40_000])
  func stemsStandInTheOrderOfDJSoftware(hasMix: Bool, recordFrames: Int) throws {
    let tracks = Self.tracks(Self.stems + (hasMix ? ["mix"] : []))
    let stream = StreamText.whole(
      tracks, channels: 2, isCounted: hasMix, recordFrames: recordFrames,
      more: #","source":{"file":"My Song.mp3","tags":{"title":"Ä"}}"#)
    let outcome = try encode(["--bits", "24"], "{source}.stem.mp4", stream)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let file = "My Song.stem.mp4"
    #expect(try folder.list() == [file])
    #expect(
      try probe(file, "stream=codec_name:stream_disposition=default")
        == ["alac,1", "alac,0", "alac,0", "alac,0", "alac,0"])
    #expect(try probe(file, "format_tags=title") == ["Ä"])
    let names = ["drums", "bass", "other", "vocals"]
    for (index, name) in names.enumerated() {
      #expect(try folder.samples(file, track: index + 1) == tracks[name], "\(name)")
    }
    let sum = (0..<60_000).map { index in Self.stems.reduce(0) { $0 + (tracks[$1]?[index] ?? 0) } }
    #expect(try folder.samples(file) == tracks["mix"] ?? sum)
    // ap-decode takes what a player takes.
    let decoded = try ReadStream(Command("ap-decode", folder.file(file)).run().output)
    #expect(decoded.samples("mix") == tracks["mix"] ?? sum)
  }

  /// The bytes that Traktor and Mixxx look for, and nothing for a player to hear twice.
  @Test(arguments: [true, false])
  func theStemBoxNamesAndPaintsTheStems(hasTags: Bool) throws {
    let more = hasTags ? #","source":{"tags":{"title":"A"}}"# : ""
    let stream = StreamText.whole(Self.tracks(Self.stems), channels: 2, more: more)
    #expect(try encode([], "a.stem.mp4", stream).status == 0)
    #expect(
      try probe("a.stem.mp4", "stream=codec_name:stream_disposition=default").map { $0.prefix(4) }
        == Array(repeating: "aac,", count: 5))
    let movie = Boxes(try Files.read(folder.file("a.stem.mp4"))).inside("moov")
    let content = try #require(movie.inside("udta").content("stem"))
    let text = """
      {"mastering_dsp":{"compressor":{"attack":0.003,"dry_wet":50,"enabled":false,"hp_cutoff":300,\
      "input_gain":0.5,"output_gain":0.5,"ratio":3,"release":0.3,"threshold":0},"limiter":\
      {"ceiling":-0.35,"enabled":false,"release":0.05,"threshold":0}},"stems":[\
      {"color":"#009E73","name":"drums"},{"color":"#D55E00","name":"bass"},\
      {"color":"#CC79A7","name":"other"},{"color":"#56B4E9","name":"vocals"}],"version":1}
      """
    #expect(String(decoding: content, as: UTF8.self) == text)
    // The last bit of a track header's flags says that the track is enabled.
    let enabled = movie.all("trak").map { $0.content("tkhd")?[3] }
    #expect(enabled.map { ($0 ?? 0) & 1 } == [1, 0, 0, 0, 0])
  }

  /// Tracks of one's own, by their prompts where they have any.
  @Test func otherStemsKeepTheirOrder() throws {
    var text = StreamText(
      header: """
        "channels":2,"encoding":"f32le","layout":"contiguous","rate":44100,"type":"stream","tracks":\
        [{"name":"vocals"},{"name":"a-dog","prompt":"a \\"dog\\""},{"name":"cat"},{"name":"drums"}]
        """)
    for track in ["vocals", "a-dog", "cat", "drums"] {
      text.audio(Sounds.sine(frames: 4_000, channels: 2), channels: 2, track: track)
    }
    text.end(records: 4, frames: ["vocals": 4_000, "a-dog": 4_000, "cat": 4_000, "drums": 4_000])
    let outcome = try Command("ap-encode", "-o", "-", "--format", "stem.mp4").run(
      .bytes(text.bytes))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let movie = Boxes(outcome.output).inside("moov")
    #expect(movie.all("trak").count == 5)
    let json = String(decoding: movie.inside("udta").content("stem") ?? [], as: UTF8.self)
    let names = json.matches(of: /"name":"((?:[^"\\]|\\.)*)"/).map { String($0.1) }
    #expect(names == ["drums", #"a \"dog\""#, "cat", "vocals"])
  }

  /// As users of other programs call them.
  @Test(arguments: [
    ("m4a", "aac"), ("M4A", "aac"), ("mp4", "aac"), ("ALAC", "alac"), ("FLAC", "flac"),
    ("aif", "pcm_s24be"), ("oga", "vorbis"),
  ])
  func aFormatHasOtherNamesToo(format: String, codec: String) throws {
    let sound = StreamText.whole(["mix": Sounds.sine(frames: 9_000)])
    #expect(try encode(["--format", format], "a", sound).status == 0)
    #expect(try probe("a", "stream=codec_name") == [codec])
  }

  @Test(
    arguments: [
      ([], "{track}.stem.mp4", 64, "none of them can name it"),
      ([], "{segment}.stem.mp4", 64, "none of them can name it"),
      (["--tracks", "drums,bass"], "a.stem.mp4", 64, "the tracks are bass, drums. Choose four"),
      (["--bits", "f32"], "a.stem.mp4", 64, "Give --bits 16 or 24 for ALAC"),
      (["--bits", "24", "--bitrate", "128"], "a.stem.mp4", 64, "Give one of the two"),
      (["--bits", "24"], "{track}.m4a", 64, "--bits does not apply to aac"),
      (["--format", "alac", "--bits", "f32"], "{track}.m4a", 64, "ALAC cannot hold float"),
      (["--format", "alac", "--bitrate", "128"], "{track}.m4a", 64, "does not apply to alac"),
      (["--bitrate", "600"], "{track}.m4a", 64, "It has 16 to 529"),
      (["--bitrate", "8"], "{track}.m4a", 64, "of 8 kbit/s for 2 channels at 44100 Hz"),
      (["--rate", "192000"], "{track}.m4a", 64, "aac cannot have a rate of 192000 Hz, only 7350"),
      ([], "{track}.aac", 64, "Give --format, or a template that ends in"),
    ] as [([String], String, Int32, String)])
  func whatCannotBeIsOneLineAndNoFile(
    options: [String], output: String, status: Int32, words: String
  ) throws {
    let stream = StreamText.whole(Self.tracks(Self.stems, frames: 100), channels: 2)
    let outcome = try encode(options, output, stream)
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try folder.list() == [])
  }

  @Test(arguments: [
    (["--format", "aac"], Float.nan, "not a number, which aac cannot hold"),
    (["--format", "aac"], -2_000, "2000.0 times full scale"),
  ])
  func aSampleThatAACCannotHoldIsSaid(options: [String], sample: Float, words: String) throws {
    let input = StreamText.whole(["mix": [0.5, sample]])
    let outcome = try encode(options, "a.m4a", input)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("frame 1 has a sample that is \(words)"), "\(outcome.errors)")
    #expect(try folder.list() == [])
    #expect(try encode(options + ["--clip", "clamp"], "b.m4a", input).status == 0)
  }

  @Test(arguments: ["aac", "alac", "stem.mp4"]) func nothingIsNoFile(format: String) throws {
    let names = format == "stem.mp4" ? Self.stems : ["mix"]
    let stream = StreamText.whole(Self.tracks(names, frames: 0), channels: 2)
    let outcome = try encode(["--format", format], "a.mp4", stream)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("an MP4 without any cannot be read"), "\(outcome.errors)")
    #expect(try folder.list() == [])
  }

  /// One that lies about its name.
  @Test func aLibraryThatCannotBeLoadedIsSaid() throws {
    let linked = try Command.tool("ldd", "\(Command.products)/ap-decode").run().text
    let library = try #require(linked.firstMatch(of: /libavformat\.so\.[0-9]+/)?.output)
    _ = try folder.write([], to: String(library))
    var command = Command("ap-encode", "-o", folder.file("a.m4a"))
    command.environment["LD_LIBRARY_PATH"] = folder.path
    let sound = StreamText.whole(["mix": [0.5]])
    let outcome = try command.run(.bytes(sound))
    #expect(outcome.status == 69)
    #expect(outcome.errorLines.count == 1)
    #expect(
      outcome.errors.contains("libavformat, which writes MP4 files, cannot be loaded ("),
      "\(outcome.errors)")
    #expect(outcome.errors.contains(library))
    #expect(try folder.list() == [String(library)])
    command.arguments = ["-o", folder.file("a.flac")]
    #expect(try command.run(.bytes(sound)).status == 0)
  }

  /// Everything else starts without what only these formats need.
  @Test func theLibrariesAreLoadedForTheseFormatsOnly() throws {
    let linked = try Command.tool("ldd", "\(Command.products)/ap-encode").run().text
    #expect(linked.contains("libsndfile"))
    #expect(!linked.contains("libavformat") && !linked.contains("libavcodec"))
  }
}

/// The boxes of an MP4, one behind the other.
private struct Boxes {
  private var list: [(name: String, content: [UInt8])] = []

  init(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while rest.count >= 8 {
      let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      guard size >= 8, size <= rest.count else { break }
      let name = String(decoding: rest.dropFirst(4).prefix(4), as: UTF8.self)
      list.append((name, Array(rest.prefix(size).dropFirst(8))))
      rest = rest.dropFirst(size)
    }
  }

  var names: [String] { list.map(\.name) }

  func content(_ name: String) -> [UInt8]? { list.first { $0.name == name }?.content }

  func inside(_ name: String) -> Boxes { Boxes(content(name) ?? []) }

  func all(_ name: String) -> [Boxes] {
    list.filter { $0.name == name }.map { Boxes($0.content) }
  }
}
