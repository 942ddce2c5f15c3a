import APCore
import AudioDecoding
import TestSupport
import Testing

/// What comes after the sound of a file is neither sound nor damage.
@Suite struct TailTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  static let formats: [(String, [String])] = [
    ("a.mp3", ["-b:a", "64k"]), ("a.mp2", []), ("a.aac", []), ("a.ac3", []), ("a.eac3", []),
    ("a.flac", []), ("a.wv", []), ("a.au", []), ("a.ogg", ["-c:a", "libvorbis"]), ("a.tta", []),
  ]

  private static let id3v1 = Array("TAG".utf8) + [UInt8](repeating: 0x78, count: 125)
  private static let title = Array("TIT2".utf8) + [0, 0, 0, 6, 0, 0, 0] + Array("hello".utf8)
  private static let text = Array("<html><body>404 Not Found</body></html>\n".utf8)
  /// Like a picture: some of it looks like frames.
  private static let cover = Sounds.noise(frames: 20_000).map { UInt8(($0 + 1) * 127) }

  /// Names of tails, their bytes, and whether they are known.
  static let tails: [(String, [UInt8], isKnown: Bool)] = [
    ("ID3v1", id3v1, true),
    ("enhanced ID3v1", Array("TAG+".utf8) + [UInt8](repeating: 0, count: 223) + id3v1, true),
    ("APEv2", ape("Title", Array("hello".utf8)), true),
    ("APEv2 with a cover, ID3v1", ape("Cover Art (Front)", cover) + id3v1, true),
    ("APEv1", ape("Title", Array("hello".utf8), hasHeader: false), true),
    ("APEv1 with a cover", ape("Cover", cover, hasHeader: false), true),
    ("Lyrics3v1", Array("LYRICSBEGIN[00:01]hi there\r\nLYRICSEND".utf8) + id3v1, true),
    ("Lyrics3v2", Array("LYRICSBEGININD0000210LYR00005hello000039LYRICS200".utf8) + id3v1, true),
    ("ID3v2 with a footer", id3(title, "ID3", 0x10) + id3([], "3DI", 0x10).prefix(10), true),
    ("ID3v2 with a cover", id3(cover, "ID3", 0), true), ("a zero", [0], true),
    ("zeros", [UInt8](repeating: 0, count: 5000), true),
    ("zeros and ID3v1", [UInt8](repeating: 0, count: 3000) + id3v1, true), ("text", text, false),
  ]

  private static func little(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func ape(_ key: String, _ value: [UInt8], hasHeader: Bool = true) -> [UInt8] {
    let item = little(value.count) + little(0) + Array(key.utf8) + [0] + value
    func frame(_ flags: Int) -> [UInt8] {
      Array("APETAGEX".utf8) + little(hasHeader ? 2000 : 1000) + little(item.count + 32) + little(1)
        + little(flags) + [UInt8](repeating: 0, count: 8)
    }
    return hasHeader ? frame(0xa000_0000) + item + frame(0x8000_0000) : item + frame(0)
  }

  private static func id3(_ content: [UInt8], _ name: String, _ flags: UInt8) -> [UInt8] {
    let size = (0..<4).map { UInt8(content.count >> (21 - 7 * $0) & 0x7f) }
    return Array(name.utf8) + [4, 0, flags] + size + content
  }

  @Test(arguments: formats)
  func tagsAndPaddingAfterTheSoundAreNoSound(name: String, options: [String]) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 22_050, channels: 1), channels: 1, options, to: name)
    let clean = try SoundFiles.decode(InputFile(path: path)).samples
    #expect(clean.count >= 22_050)
    for tail in Self.tails {
      let tailed = try files.change(path, "tailed-\(name)") { $0 += tail.1 }
      for isLenient in [false, true] {
        for file in [try InputFile(path: tailed), try files.pipe(tailed)] {
          let (samples, reader) = try SoundFiles.decode(file, isLenient: isLenient)
          #expect(samples == clean, "\(tail.0)")
          #expect(reader.damages == 0, "\(tail.0)")
          // libavformat itself leaves out what follows the last page or frame of these.
          let isSeen = !["a.ogg", "a.tta"].contains(name) && !tail.isKnown
          #expect(try reader.unknownTail() == (isSeen ? tail.1.count : 0), "\(tail.0)")
        }
      }
    }
  }

  /// A header may leave open how much sound there is.
  @Test(arguments: ["ID3v1", "enhanced ID3v1", "APEv2", "APEv1", "Lyrics3v1", "Lyrics3v2", "zeros"])
  func tagsAreNoSoundOfAFLACFileOfUnknownLength(tail: String) throws {
    let samples = SoundFiles.sweep(frames: 22_050, channels: 1)
    let path = try files.encode(samples, channels: 1, to: "a.flac")
    let clean = try SoundFiles.decode(InputFile(path: path)).samples
    let bytes = try #require(Self.tails.first { $0.0 == tail }).1
    let tailed = try files.change(path, "tailed.flac") { file in
      // The 36 bits of STREAMINFO that count samples (RFC 9639, section 8.2).
      file[21] &= 0xf0
      for index in 22..<26 { file[index] = 0 }
      file += bytes
    }
    for file in [try InputFile(path: tailed), try files.pipe(tailed)] {
      let (samples, reader) = try SoundFiles.decode(file)
      #expect(samples == clean)
      #expect(reader.damages == 0)
      #expect(try reader.unknownTail() == 0)
    }
  }

  /// What comes before and between two copies of an MP3 with 22,050 samples in 21 frames.
  @Test(arguments: [
    ([], []), (id3(title, "ID3", 0), id3(title, "ID3", 0)), ([], id3v1 + id3(cover, "ID3", 0)),
    (id3(title, "ID3", 0), ape("Cover", cover) + id3v1),
  ])
  func joinedFilesLoseNothing(before: [UInt8], between: [UInt8]) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 22_050, channels: 1), channels: 1, ["-b:a", "64k"], to: "a.mp3")
    let joined = try files.change(path, "joined.mp3") { $0 = before + $0 + between + $0 }
    for file in [try InputFile(path: joined), try files.pipe(joined)] {
      let (samples, reader) = try SoundFiles.decode(file)
      #expect(samples.count == 42 * 1152 - 1105)
      #expect(reader.damages == 0)
    }
  }

  @Test(arguments: [ape("Cover", cover), id3(cover, "ID3", 0)])
  func aTagThatTheEndOfTheFileCutsIsTold(tag: [UInt8]) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: 22_050, channels: 1), channels: 1, ["-b:a", "64k"], to: "a.mp3")
    let cut = try files.change(path, "cut.mp3") { $0 += tag.prefix(9000) }
    for file in [try InputFile(path: cut), try files.pipe(cut)] {
      let (samples, reader) = try SoundFiles.decode(file)
      #expect(samples.count == 22_050)
      #expect(try reader.unknownTail() == 9000)
    }
  }

  /// Bytes that a download lacks of its last frame, which has 208 or 209.
  @Test(arguments: [1, 40, 200])
  func aPartialLastFrameIsNoSoundLost(missing: Int) throws {
    let samples = SoundFiles.sweep(frames: 22_050, channels: 1)
    let path = try files.encode(
      samples, channels: 1, ["-b:a", "64k", "-write_xing", "0"], to: "a.mp3")
    let whole = try SoundFiles.decode(InputFile(path: path)).samples
    let cut = try files.change(path, "cut.mp3") { $0.removeLast(missing) }
    for isLenient in [false, true] {
      for file in [try InputFile(path: cut), try files.pipe(cut)] {
        let (samples, reader) = try SoundFiles.decode(file, isLenient: isLenient)
        #expect(samples == whole.dropLast(1152))
        #expect(reader.damages == 0)
        #expect(reader.lostFrames == 0)
      }
    }
  }

  @Test(arguments: [300, 1000, 1200, 2304])
  func aShortMP3IsAsLongAsItsSound(frames: Int) throws {
    let path = try files.encode(
      SoundFiles.sweep(frames: frames, channels: 1), channels: 1, ["-b:a", "64k"], to: "a.mp3")
    for file in [try InputFile(path: path), try files.pipe(path)] {
      #expect(try SoundFiles.decode(file).samples.count == frames)
    }
  }
}
