import APCore
import AudioDecoding
import TestSupport
import Testing

/// A file that is cut or damaged is an error that says where, or silence that is counted.
@Suite struct DamageTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  static let formats: [(String, [String])] = [
    ("a.wav", []), ("a.flac", []), ("a.mp3", ["-b:a", "128k"]), ("a.ogg", []),
    ("a.opus", ["-c:a", "libopus"]), ("a.m4a", ["-movflags", "+faststart"]),
    ("a.mkv", ["-c:a", "flac"]), ("a.aiff", []), ("a.caf", []), ("a.wv", []), ("a.tta", []),
  ]

  /// Four seconds.
  private func encode(_ name: String, _ options: [String]) throws -> String {
    try files.encode(SoundFiles.sweep(frames: 176_400, channels: 2), options, to: name)
  }

  private static func failure(_ path: String) -> FilterError? {
    do {
      _ = try AlignmentTests.decode(path)
      return nil
    } catch {
      return error as? FilterError
    }
  }

  private static func leniently(_ path: String) throws -> (samples: [Float], reader: AudioReader) {
    var options = DecodingOptions()
    options.isLenient = true
    let reader = try AudioReader(InputFile(path: path), options: options)
    var samples: [Float] = []
    var block: [Float] = []
    repeat {
      try reader.read(into: &block, frames: 65_536)
      samples += block
    } while !block.isEmpty
    return (samples, reader)
  }

  @Test(arguments: formats)
  func aCutFileIsNoticed(name: String, options: [String]) throws {
    let path = try encode(name, options)
    let whole = try AlignmentTests.decode(path)
    let cut = try files.change(path, "cut-\(name)") { $0.removeLast($0.count / 3) }
    let error = try #require(Self.failure(cut), "nobody noticed")
    #expect(error.code == .badInput)
    #expect(error.message.contains(" s"), "\(error)")
    #expect(error.advice.contains("--lenient"))

    let (samples, reader) = try Self.leniently(cut)
    #expect(reader.damages == 0)
    #expect(reader.lostFrames == 0)
    #expect(samples.count < whole.count)
    let sentence = try #require(reader.cutEnd?.sentence(of: "It"))
    if name == "a.ogg" || name == "a.opus" {
      #expect(
        sentence
          == "It was cut short: its last page is missing. Nothing says how much sound is lost.")
    } else {
      let tenths = Int((Double(whole.count - samples.count) / 2 / 4_410).rounded())
      // The header of a Matroska file is good to milliseconds.
      let near = name == "a.mkv" ? tenths - 1...tenths + 1 : tenths...tenths
      let sentences = near.map { "It ends \($0 / 10).\($0 % 10) s early; that is left out." }
      #expect(sentences.contains(sentence), "\(sentence)")
    }
    #expect(samples.count > whole.count / 3)
    #expect(samples.prefix(60_000) == whole.prefix(60_000))
  }

  /// Bytes that are left of 1000 frames of 4 bytes, and what is said of the frames that are not.
  @Test(
    arguments: [
      (3_999, 999, "1 frame"), (3_998, 999, "1 frame"), (3_996, 999, "1 frame"),
      (3_992, 998, "2 frames"), (2_402, 600, "400 frames"), (2_400, 600, "400 frames"),
      (400, 100, "0.1 s"), (4, 1, "0.1 s"),
    ], ["a.wav", "a.aiff", "a.caf", "a.w64", "a.au"])
  func whatACutFileLacksIsNoSilence(cut: (Int, Int, String), name: String) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 1_000, channels: 2, rate: 8_000), rate: 8_000, to: name)
    let whole = try AlignmentTests.decode(path)
    let short = try files.change(path, "short-\(name)") { $0.removeLast(4_000 - cut.0) }
    for open in [{ try InputFile(path: short) }, { try files.pipe(short) }] {
      let (samples, reader) = try SoundFiles.decode(open(), isLenient: true)
      #expect(samples == Array(whole.prefix(2 * cut.1)))
      #expect(reader.damages == 0)
      #expect(reader.lostFrames == 0)
      #expect(
        reader.cutEnd?.sentence(of: "It") == "It ends \(cut.2) early; that is left out.")
    }
  }

  /// Headers that promise more than any sound has: the bytes before a number of eight, and the number.
  @Test(
    arguments: [
      ("a.caf", ["-c:a", "pcm_s8"], Array("data".utf8), 1 << 54),
      ("a.caf", ["-c:a", "pcm_s8"], Array("data".utf8), 1 << 59),
      ("a.caf", ["-c:a", "pcm_s8"], Array("data".utf8), 1 << 60 - 1),
      ("a.caf", [], Array("data".utf8), 1 << 60 - 1),
      ("a.mkv", ["-c:a", "flac"], [0x44, 0x89, 0x88], Int((9e15).bitPattern)),
    ] as [(String, [String], [UInt8], Int)])
  func whatNoSoundCanLackIsNoNumber(
    name: String, options: [String], mark: [UInt8], number: Int
  ) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 192_000, channels: 1), channels: 1, rate: 192_000, options, to: name)
    let cut = try files.change(path, "cut-\(name)") { bytes in
      let place = bytes.firstRange(of: mark)?.upperBound ?? bytes.count
      bytes.replaceSubrange(place..<place + 8, with: Boxes.big(number, 8))
      bytes.removeLast(bytes.count / 3)
    }
    let (samples, reader) = try SoundFiles.decode(InputFile(path: cut), isLenient: true)
    #expect(samples.count > 60_000)
    let sentence = try #require(reader.cutEnd?.sentence(of: "It"))
    #expect(sentence.hasPrefix("It was cut short: its header promises "), "\(sentence)")
    #expect(sentence.hasSuffix(". Nothing says how much sound is lost."), "\(sentence)")
  }

  /// Formats, and how many bytes in a row it takes: an MP3 has no checksums.
  @Test(
    arguments: [
      ("a.flac", [], 10), ("a.mp3", ["-b:a", "128k"], 4_000), ("a.ogg", [], 10), ("a.m4a", [], 300),
      ("a.mkv", ["-c:a", "flac"], 10),
    ] as [(String, [String], Int)])
  func damageInTheMiddleIsNoticed(name: String, options: [String], count: Int) throws {
    let path = try encode(name, options)
    let damaged = try files.change(path, "damaged-\(name)") { bytes in
      for index in bytes.count / 2..<bytes.count / 2 + count { bytes[index] = 0 }
    }
    let error = try #require(Self.failure(damaged), "nobody noticed")
    #expect(error.code == .badInput)
    #expect(error.message.contains("damaged at"), "\(error)")
    #expect(error.message.contains("(byte "))
  }

  @Test(arguments: [("a.flac", []), ("a.m4a", []), ("a.ogg", [])] as [(String, [String])])
  func silenceKeepsTheRestInItsPlace(name: String, options: [String]) throws {
    let path = try encode(name, options)
    let whole = try AlignmentTests.decode(path)
    let damaged = try files.change(path, "damaged-\(name)") { bytes in
      for index in bytes.count / 2..<bytes.count / 2 + 300 { bytes[index] ^= 0x5a }
    }
    let (samples, reader) = try Self.leniently(damaged)
    #expect(samples.count == whole.count)
    // AAC makes noise from a state that the damage has changed.
    let difference = zip(samples, whole).suffix(40_000).map { abs($0 - $1) }.max() ?? 1
    #expect(difference < (name == "a.m4a" ? 0.03 : 1e-9))
    #expect(reader.damages > 0)
    #expect(reader.lostFrames > 0)
  }

  /// After the last packet nothing needs to keep its place.
  @Test(
    arguments: [
      ("a.flac", "It ends 1296 frames early; that is left out."),
      (
        "a.ogg",
        "It was cut short: its last page is missing. Nothing says how much sound is lost."
      ),
    ])
  func noSilenceStandsForADamagedEnd(name: String, sentence: String) throws {
    let path = try encode(name, [])
    let whole = try AlignmentTests.decode(path)
    let damaged = try files.change(path, "damaged-\(name)") { bytes in
      for index in bytes.count - 40..<bytes.count { bytes[index] ^= 0x5a }
    }
    let (samples, reader) = try Self.leniently(damaged)
    #expect(reader.lostFrames == 0)
    #expect(reader.damages == 0)
    #expect(samples.count < whole.count)
    #expect(Array(whole.prefix(samples.count)) == samples)
    #expect(reader.cutEnd?.sentence(of: "It") == sentence)
  }

  /// Damaged in any way, a file gives its sound, or an error that is a sentence.
  @Test(arguments: [
    "a.mp3", "a.aac", "a.ac3", "a.wv", "a.flac", "a.au", "a.ogg", "a.opus", "a.m4a", "a.mka",
  ])
  func anyDamageEndsInAnError(name: String) throws {
    let path = try files.encode(SoundFiles.sweep(frames: 6000, channels: 1), channels: 1, to: name)
    let tag = TailTests.tails[3].1
    let whole = try Files.read(path)
    let original = whole + tag + whole + tag
    var random = SplitMix(seed: 9)
    for round in 0..<60 {
      let bytes = Damage.some(of: original, round: round, using: &random)
      let damaged = try files.folder.write(bytes, to: "damaged-\(name)")
      for isLenient in [false, true] {
        do {
          let (samples, _) = try SoundFiles.decode(
            InputFile(path: damaged), isLenient: isLenient)
          #expect(samples.count < 10_000_000)
        } catch let error as FilterError {
          #expect(error.message.hasSuffix("."))
        }
      }
    }
  }

  @Test(arguments: [
    ["-f", "wav"], ["-f", "matroska", "-c:a", "flac"], ["-f", "ogg", "-c:a", "flac"],
  ])
  func aLengthLeftOpenIsNoCut(options: [String]) throws {
    let path = try encode("a.wav", [])
    let made = Command.tool(
      "sh", "-c", "in=$1; shift; ffmpeg -v error -i \"$in\" \"$@\" - | cat", "sh", path
    )
    var command = made
    command.arguments += options
    let piped = try files.folder.write(try command.run().output, to: "piped")
    #expect(try AlignmentTests.decode(piped).count == 176_400 * 2)
  }
}
