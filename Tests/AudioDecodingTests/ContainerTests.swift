import APCore
import Glibc
import TestSupport
import Testing

@testable import AudioDecoding

/// What a container's header says of its sound's length holds, unless it cannot be meant.
@Suite struct ContainerTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  /// Containers whose header tells the length, and ffmpeg's options for them.
  static let sized: [(String, [String])] = [
    ("a.wav", []), ("rf64.wav", ["-rf64", "always"]), ("adpcm.wav", ["-c:a", "adpcm_ms"]),
    ("mp3.wav", ["-c:a", "libmp3lame"]), ("a.w64", []), ("a.aiff", []), ("a.caf", []),
    ("ulaw.caf", ["-c:a", "pcm_mulaw"]), ("a.au", []), ("a.voc", []), ("a.sox", []),
    ("a.avi", ["-c:a", "libmp3lame"]), ("early.m4a", ["-movflags", "+faststart"]),
    ("early.mov", ["-c:a", "pcm_s16le", "-movflags", "+faststart"]), ("a.tta", []), ("a.wv", []),
    ("a.wma", []), ("a.mka", ["-c:a", "pcm_s16le"]),
  ]

  private func make(_ name: String, _ options: [String]) throws -> String {
    try files.encode(SoundFiles.sweep(frames: 22_050, channels: 1), channels: 1, options, to: name)
  }

  @Test(arguments: sized)
  func aCutShowsWhereverItIs(name: String, options: [String]) throws {
    try Self.expectCutsToShow(Files.read(make(name, options)), in: files)
  }

  /// RIFX, whose numbers have their high byte first, DSF, and a WAV with much before its sound.
  @Test func aCutInWhatFFmpegDoesNotWriteShows() throws {
    let samples = SoundFiles.sweep(frames: 5_000, channels: 1)
    try Self.expectCutsToShow(Wave(samples, tag: "RIFX").bytes, in: files)
    try Self.expectCutsToShow(Self.dsf(blocks: 4), in: files)
    var late = Wave(samples)
    late.before = Wave.chunk("JUNK", [UInt8](repeating: 0, count: 9_000))
    try Self.expectCutsToShow(late.bytes, in: files)
  }

  private static func expectCutsToShow(_ bytes: [UInt8], in files: SoundFiles) throws {
    let places = (0..<6).map { bytes.count * 6 / 10 + $0 } + [bytes.count * 8 / 10]
    for place in places {
      let cut = try files.folder.write(Array(bytes[..<place]), to: "cut")
      #expect("byte \(place)") {
        try AlignmentTests.decode(cut)
      } throws: {
        ($0 as? FilterError)?.code == .badInput
      }
      guard place % 3 == 0 else { continue }
      let outcome = try Command("ap-decode", "-").run(.bytes(Array(bytes[..<place])))
      #expect(outcome.status == 65, "byte \(place) by pipe")
    }
  }

  /// A file of one-bit samples.
  private static func dsf(blocks: Int) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] { Boxes.big(value, count).reversed() }
    let data = [UInt8](repeating: 0x69, count: 4096 * blocks)
    let format = [1, 0, 1, 1, 2_822_400, 1].flatMap { little($0, 4) }
    let rest = little(data.count * 8, 8) + little(4096, 4) + little(0, 4)
    return Array("DSD ".utf8) + little(28, 8) + little(92 + data.count, 8) + little(0, 8)
      + Array("fmt ".utf8) + little(52, 8) + format + rest
      + Array("data".utf8) + little(12 + data.count, 8) + data
  }

  private static let refusedByAU = [0x8000_0000, 0xffff_ffd7]
  private static let refusedByAIFF = [0, 0x7fff_ffff, 0xffff_ffd7]

  /// What recorders and converters write into a header when they do not know the length.
  @Test(arguments: [
    0, 0x7f00_0000, 0x7fff_0000, 0x7fff_f000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffd7, 0xffff_ffff,
  ])
  func aPlaceholderForTheSizeIsNoPromise(size: Int) throws {
    let samples = SoundFiles.sweep(frames: 5_000, channels: 2)
    let expected = SoundFiles.floats(samples)
    var wave = Wave(samples, channels: 2)
    wave.size = size
    let aiff = Aiff(samples, channels: 2, size: size).bytes
    let au =
      Array(".snd".utf8) + [24, size, 3, 44_100, 2].flatMap { Boxes.big($0, 4) }
      + samples.flatMap { Boxes.big(Int($0), 2) }
    // libavformat itself refuses the others.
    let kinds =
      [("a.wav", wave.bytes)] + (Self.refusedByAU.contains(size) ? [] : [("a.au", au)])
      + (Self.refusedByAIFF.contains(size) ? [] : [("a.aiff", aiff)])
    for (name, bytes) in kinds {
      let path = try files.folder.write(bytes, to: name)
      #expect(try AlignmentTests.decode(path) == expected, "\(name)")
      let piped = try Command("ap-decode", "-").run(.bytes(bytes))
      #expect(piped.errors == "", "\(name)")
      #expect(try ReadStream(piped.output).samples("mix") == expected, "\(name)")
    }
  }

  @Test func aFileWithoutAFrameIsNoPlaceholder() throws {
    var wave = Wave([])
    wave.after = Wave.chunk("LIST", Array("INFO".utf8) + Wave.chunk("INAM", Array("Song".utf8)))
    let path = try files.folder.write(wave.bytes, to: "a.wav")
    #expect(try AlignmentTests.decode(path) == [])
    let piped = try Command("ap-decode", "-").run(.bytes(wave.bytes))
    #expect(try ReadStream(piped.output).samples("mix") == [])
  }

  /// Formats that ffmpeg writes to a pipe, with a length that it did not know.
  @Test(arguments: [["wav"], ["wav", "-rf64", "always"], ["au"], ["voc"], ["caf"]])
  func whatWasWrittenToAPipeIsReadToItsEnd(options: [String]) throws {
    let samples = SoundFiles.sweep(frames: 5_000, channels: 1)
    let wave = try files.folder.write(Wave(samples).bytes, to: "a.wav")
    var command = Command.tool(
      "sh", "-c", "in=$1; shift; ffmpeg -v error -i \"$in\" -f \"$@\" - | cat", "sh", wave)
    command.arguments += options
    let bytes = try command.run().output
    let path = try files.folder.write(bytes, to: "piped")
    #expect(try AlignmentTests.decode(path) == SoundFiles.floats(samples))
    let piped = try Command("ap-decode", "-").run(.bytes(bytes))
    #expect(piped.errors == "")
    #expect(try ReadStream(piped.output).samples("mix") == SoundFiles.floats(samples))
  }

  /// Containers that end by their own word, so that what follows them is noticed.
  static let ended: [(String, [String])] = [
    ("a.wav", []), ("rf64.wav", ["-rf64", "always"]), ("a.w64", []), ("a.aiff", []), ("a.caf", []),
    ("a.au", []), ("a.voc", []), ("a.avi", ["-c:a", "pcm_s16le"]), ("a.m4a", ["-c:a", "alac"]),
    ("a.wma", []),
  ]

  @Test(arguments: ended)
  func aSecondFileAfterTheFirstIsToldOf(name: String, options: [String]) throws {
    let bytes = try Files.read(make(name, options))
    let alone = try AlignmentTests.decode(files.folder.file(name))
    let text = Array("<html><body>404 Not Found</body></html>".utf8)
    let zeros = [UInt8](repeating: 0, count: 3_000)
    for (more, isTold) in [(bytes, true), (text, true), (zeros, false), ([], false)] {
      let path = try files.folder.write(bytes + more, to: "more-\(name)")
      let read = try Command("ap-decode", path).run()
      let piped = try Command("ap-decode", "-").run(.bytes(bytes + more))
      for outcome in [read, piped] {
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
          outcome.errors.contains("\(more.count) bytes after its sound") == isTold,
          "\(outcome.errors)")
        #expect(outcome.errorLines.count == (isTold ? 1 : 0), "\(outcome.errors)")
        #expect(try ReadStream(outcome.output).samples("mix") == alone)
      }
    }
  }

  /// Sizes of WAV files that 32 bits cannot say: what they say, the file's own size, and what is meant.
  @Test(arguments: [
    (44 + 5_000_000_000, 5_000_000_000), (44 + 9_000_000_000, 9_000_000_000),
    (44 + 3_000_000_000, 3_000_000_000),
  ])
  func theFilesSizeCorrectsOneThatWrapped(file: Int, sound: Int) {
    let header = Wave([], size: sound & 0xffff_ffff).bytes
    var walk = ChunkWalk(fileSize: Int64(file))
    header.withUnsafeBytes { walk.add($0, at: 0) }
    #expect(walk.soundEnd == Int64(file))
    #expect(walk.ignoresLength == (sound >= 1 << 32))
  }

  /// Nothing looks for chunks in gigabytes of sound.
  @Test func aLongFileOpensAtOnce() throws {
    let size = 5_000_000_000
    let header = Wave([], size: size & 0xffff_ffff).bytes
    let path = try files.folder.write(header, to: "long.wav")
    #expect(truncate(path, size + 44) == 0)
    var options = DecodingOptions()
    options.endTime = 0.1
    var samples: [Float] = []
    let time = try ContinuousClock().measure {
      samples = try AlignmentTests.decode(path, options)
    }
    #expect(samples.count == 4_410)
    #expect(time < .seconds(5))
  }

  /// Bits of a sample and bits of its container.
  @Test(arguments: [(24, 32), (20, 32), (16, 32), (20, 24), (12, 16), (16, 24), (32, 32)])
  func fewerBitsThanTheirContainerStandAtItsTop(valid: Int, container: Int) throws {
    let samples = SoundFiles.sweep(frames: 2_000, channels: 2).map { $0 & ~15 }
    let bytes = Wave(samples, channels: 2, bits: container, valid: valid).bytes
    let path = try files.folder.write(bytes, to: "a.wav")
    #expect(try AlignmentTests.decode(path) == SoundFiles.floats(samples))
    let piped = try Command("ap-decode", "-").run(.bytes(bytes))
    #expect(try ReadStream(piped.output).samples("mix") == SoundFiles.floats(samples))
  }

  @Test func flacOf32BitsIsNamed() throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 5_000, channels: 1), channels: 1, to: "a.flac")
    let wide = try files.change(path, "wide.flac") { bytes in
      bytes[20] |= 1
      bytes[21] |= 0xf0
    }
    #expect {
      try AlignmentTests.decode(wide)
    } throws: {
      "\($0)".contains("FLAC of 32 bits")
    }
  }

  /// CAF files whose packets a table describes, and their samples.
  @Test(
    arguments: [
      ("alac.caf", ["-c:a", "alac"], 20_001), ("flac.caf", ["-c:a", "flac"], 20_001),
      ("ima.caf", ["-c:a", "adpcm_ima_qt"], 20_032),
      ("ac3.caf", ["-c:a", "ac3"], 21_504),
    ] as [(String, [String], Int)])
  func packetsInCAFAreReadByTheirTable(name: String, options: [String], frames: Int) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 20_001, channels: 1), channels: 1, options, to: name)
    let samples = try AlignmentTests.decode(path)
    #expect(samples.count == frames)
    let piped = try Command("ap-decode", "-").run(.bytes(Files.read(path)))
    #expect(try ReadStream(piped.output).samples("mix") == samples)
  }

  @Test func anAIFFWhoseDescriptionComesLastIsReadFromAPipe() throws {
    let samples = SoundFiles.sweep(frames: 5_000, channels: 2)
    let bytes = Aiff(samples, channels: 2, isSoundFirst: true).bytes
    let path = try files.folder.write(bytes, to: "a.aiff")
    #expect(try AlignmentTests.decode(path) == SoundFiles.floats(samples))
    let piped = try Command("ap-decode", "-").run(.bytes(bytes))
    #expect(try ReadStream(piped.output).samples("mix") == SoundFiles.floats(samples))
  }

  @Test func aPacketTableSaysWhichSamplesAreHeard() throws {
    let samples = SoundFiles.sweep(frames: 20_001, channels: 1)
    let path = try files.encode(samples, channels: 1, ["-c:a", "alac"], to: "a.caf")
    let cut = try files.change(path, "cut.caf") { bytes in
      let name = Array("pakt".utf8)
      let table = bytes.indices.last { bytes[$0...].starts(with: name) }! + 12
      // Valid samples, and those before them.
      bytes.replaceSubrange(table + 8..<table + 20, with: Boxes.big(10_000, 8) + Boxes.big(500, 4))
    }
    let expected = Array(SoundFiles.floats(samples)[500..<10_500])
    #expect(try AlignmentTests.decode(cut) == expected)
    let piped = try Command("ap-decode", "-").run(.bytes(Files.read(cut)))
    #expect(try ReadStream(piped.output).samples("mix") == expected)
  }
}
