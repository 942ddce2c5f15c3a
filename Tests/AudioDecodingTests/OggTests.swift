import APCore
import AudioDecoding
import TestSupport
import Testing

/// An Ogg file is as long as its last pages say, whatever it is made of.
@Suite struct OggTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  private func expect(_ path: String, frames: Int) throws {
    for file in [try InputFile(path: path), try files.pipe(path)] {
      let (samples, reader) = try SoundFiles.decode(file)
      #expect(samples.count == frames, "\(path)")
      #expect(reader.damages == 0)
    }
  }

  private func encode(_ frames: Int, _ codec: String, rate: Int, _ name: String) throws -> String {
    try files.encode(
      SoundFiles.sweep(frames: frames, channels: 1, rate: rate), channels: 1, rate: rate,
      ["-c:a", codec], to: name)
  }

  /// Codecs, rates, and the lengths of bitstreams that follow one another.
  @Test(
    arguments: [
      ("libvorbis", 44_100, [20_000, 15_001]), ("libvorbis", 44_100, [700, 30_000, 1]),
      ("libvorbis", 8_000, [2048, 2048]), ("libopus", 48_000, [20_000, 15_001, 100]),
      ("flac", 44_100, [20_000, 15_001]),
    ] as [(String, Int, [Int])])
  func chainsAreAsLongAsTheirParts(codec: String, rate: Int, lengths: [Int]) throws {
    let parts = try lengths.enumerated().map {
      try Files.read(encode($0.element, codec, rate: rate, "\($0.offset).ogg"))
    }
    let chain = try files.folder.write(parts.flatMap { $0 }, to: "chain.ogg")
    try expect(chain, frames: lengths.reduce(0, +))
    // libavformat takes headers with the same serial number for damaged packets of Opus.
    guard codec != "libopus" else { return }
    let twice = try files.folder.write(parts[0] + parts[0], to: "twice.ogg")
    try expect(twice, frames: lengths[0] * 2)
  }

  /// Rates and lengths; the last end with a block.
  @Test(
    arguments: [
      (44_100, 1), (44_100, 100), (44_100, 576), (44_100, 5000), (8_000, 2048), (16_000, 8192),
      (44_100, 8192), (44_100, 44_032),
    ])
  func aVorbisFileOfOnePageIsExact(rate: Int, frames: Int) throws {
    try expect(encode(frames, "libvorbis", rate: rate, "a.ogg"), frames: frames)
  }

  @Test func streamsBesideOthersAreExact() throws {
    let first = try encode(20_000, "pcm_s16le", rate: 44_100, "1.wav")
    let second = try encode(19_700, "pcm_s16le", rate: 44_100, "2.wav")
    let two = try files.make(
      ["-i", first, "-i", second, "-map", "0", "-map", "1", "-c:a", "libvorbis"], "two.ogg")
    for (stream, frames) in [20_000, 19_700].enumerated() {
      for file in [try InputFile(path: two), try files.pipe(two)] {
        #expect(try SoundFiles.decode(file, audioStream: stream).samples.count == frames)
      }
    }
    let video = ["-f", "lavfi", "-i", "testsrc=d=1:s=32x32:r=2"]
    try expect(
      files.make(video + ["-i", first, "-c:v", "libtheora", "-c:a", "libvorbis"], "a.ogv"),
      frames: 20_000)
  }

  @Test func aLostPageIsDamageAndBecomesSilence() throws {
    let path = try encode(200_000, "libvorbis", rate: 44_100, "a.ogg")
    let lossy = try files.change(path, "lossy.ogg") { bytes in
      let pages = bytes.indices.dropLast(3).filter { bytes[$0...].starts(with: "OggS".utf8) }
      bytes.removeSubrange(pages[4]..<pages[5])
    }
    for open in [{ try InputFile(path: lossy) }, { try files.pipe(lossy) }] {
      #expect { try SoundFiles.decode(open()) } throws: { ($0 as? FilterError)?.code == .badInput }
      let (samples, reader) = try SoundFiles.decode(open(), isLenient: true)
      #expect(samples.count == 200_000)
      #expect(reader.damages == 1)
    }
  }

  /// Rates that are encoded; Matroska tells them, and the padding at the end.
  @Test(arguments: [8_000, 12_000, 16_000, 24_000, 48_000], ["a.webm", "a.mka", "a.opus"])
  func opusOfAnyRateHasNoPadding(rate: Int, name: String) throws {
    try expect(encode(20_004, "libopus", rate: rate, name), frames: 20_004 * 48_000 / rate)
  }
}
