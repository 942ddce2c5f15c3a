import AudioDecoding
import TestSupport
import Testing

/// A pipe gives the same sound as a file.
@Suite struct PipeTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  /// All that ffmpeg writes here and can be told by its content.
  @Test(
    arguments: [
      ("a.wav", []), ("a.w64", []), ("a.aiff", []), ("a.caf", []), ("a.au", []), ("a.voc", []),
      ("a.flac", []), ("a.wv", []), ("a.tta", []), ("a.mp3", []), ("a.mp2", []), ("a.aac", []),
      ("a.ac3", []), ("a.eac3", []), ("a.dts", ["-strict", "-2"]),
      ("a.ogg", ["-c:a", "libvorbis"]),
      ("a.opus", []), ("a.spx", ["-ar", "16000"]), ("a.oga", ["-c:a", "flac"]), ("a.m4a", []),
      ("alac.m4a", ["-c:a", "alac"]), ("fast.m4a", ["-movflags", "+faststart"]),
      ("fragments.mp4", ["-movflags", "frag_keyframe+empty_moov"]), ("a.mov", []), ("a.mka", []),
      ("a.webm", []), ("a.ts", []), ("a.mpg", []), ("a.avi", ["-c:a", "mp3"]),
      ("a.flv", ["-c:a", "aac"]), ("a.wma", []), ("a.latm", ["-c:a", "aac"]), ("a.nut", []),
      ("a.sox", []), ("a.adx", []), ("a.ast", ["-c:a", "pcm_s16be_planar"]),
    ] as [(String, [String])])
  func aPipeGivesTheSameSound(name: String, options: [String]) throws {
    for frames in [5000, 30_001] {
      let path = try files.encode(
        SoundFiles.sweep(frames: frames, channels: 2), ["-metadata", "title=Song"] + options,
        to: name)
      let whole = try SoundFiles.decode(InputFile(path: path))
      let piped = try SoundFiles.decode(files.pipe(path))
      #expect(piped.samples == whole.samples)
      #expect(piped.reader.rate == whole.reader.rate)
      #expect(whole.samples.count > frames / 2)
    }
  }

  /// Two of them, as a tagger makes that does not see the first.
  @Test(arguments: ["a.mp3", "a.flac", "a.aac"])
  func tagsBeforeTheSoundAreNoSound(name: String) throws {
    let path = try files.encode(SoundFiles.sweep(frames: 20_000, channels: 2), to: name)
    let clean = try SoundFiles.decode(InputFile(path: path)).samples
    let tag = Array("ID3\u{3}\0\0\0\0\0\u{10}TIT2\0\0\0\u{6}\0\0\0hello".utf8)
    let tagged = try files.change(path, "tagged-\(name)") { $0 = tag + tag + $0 }
    for file in [try InputFile(path: tagged), try files.pipe(tagged)] {
      let (samples, reader) = try SoundFiles.decode(file)
      #expect(samples == clean)
      // FLAC has tags of its own.
      if name != "a.flac" { #expect(reader.tags["title"] == "hello") }
    }
  }
}
