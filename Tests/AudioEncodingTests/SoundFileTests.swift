import APCore
import SystemPackage
import TestSupport
import Testing

@testable import AudioEncoding

@Suite struct SoundFileTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func open(
    _ container: SoundFormat.Container, channels: Int = 1,
    mode: FileDescriptor.AccessMode = .readWrite
  ) throws -> (sound: any SoundSink, path: String) {
    let path = try folder.write([], to: "a.\(container.rawValue)")
    let file = try FileDescriptor.open(path, mode)
    let format = try SoundFormat(container, samples: nil)
    guard !container.isMP4 else {
      let tracks = try MP4File.begin(
        path, file, format: format, rate: 48_000, channels: channels, tags: [:])
      return (tracks[0], path)
    }
    let sound = try SoundFile(
      path, file, format: format, rate: 48_000, channels: channels, frames: 1_000, tags: [:])
    return (sound, path)
  }

  /// All writes fail: no codec may hide it, whether the sound is so short that it is
  /// written when the file is closed, or not.
  @Test(arguments: SoundFormat.Container.allCases, [10, 100_000])
  func noFailureIsLost(container: SoundFormat.Container, frames: Int) throws {
    let samples = Sounds.noise(frames: frames)
    let error = #expect(throws: FilterError.self) {
      let sound = try open(container, mode: .readOnly).sound
      try sound.write(samples.span)
      try sound.finish()
    }
    #expect(error?.code == .io)
    #expect(error?.underlying as? Errno == .badFileDescriptor)
  }

  /// Another program than libsndfile says which channel is where.
  @Test(arguments: [SoundFormat.Container.wav, .flac, .ogg, .opus], 1...8)
  func eachChannelStaysWhereItWas(container: SoundFormat.Container, channels: Int) throws {
    // A tone a channel; 60 Hz where the low frequencies are, of which Vorbis keeps no others.
    let tones = (0..<channels).map { channel in
      channel == 3 && (6...8).contains(channels) ? 60.0 : 300 + 170 * Double(channel)
    }
    let columns = tones.map { Sounds.sine(frames: 30_000, frequency: $0) }
    let samples = (0..<30_000).flatMap { frame in columns.map { $0[frame] } }
    let (sound, path) = try open(container, channels: channels)
    try sound.write(samples.span)
    try sound.finish()
    let decoded = try Command.tool(
      "ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-c:a", "pcm_f32le", "-"
    ).run().output.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    // FFmpeg leaves out half a block at the end of Vorbis.
    let lost = samples.count - decoded.count
    try #require(container == .ogg ? (0..<1_024 * channels).contains(lost) : lost == 0)
    let frames = decoded.count / channels
    for channel in 0..<channels {
      let nearest = columns.indices.max { first, second in
        let (a, b) = (columns[first], columns[second])
        func likeness(_ column: [Float]) -> Float {
          (0..<frames).reduce(0) { $0 + column[$1] * decoded[$1 * channels + channel] }
        }
        return likeness(a) < likeness(b)
      }
      #expect(nearest == channel)
    }
  }
}
