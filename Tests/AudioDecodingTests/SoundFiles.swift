import APCore
import AudioDecoding
import Resampling
import TestSupport

/// Files that ffmpeg makes for a test.
struct SoundFiles {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    LibAV.setLogging(.info)
  }

  /// A sweep with a beat in it, as 16-bit integers: [frames × channels]. It is like itself at no
  /// other place, so that a shift by one sample shows even after a lossy codec.
  static func sweep(frames: Int, channels: Int, rate: Int = 44_100) -> [Int16] {
    let tone = Sounds.sweep(frames: frames, rate: rate)
    return (0..<frames * channels).map { index in
      Int16(tone[index / channels] * (24_000 - 4_000 * Float(index % channels)))
    }
  }

  /// What a decoder makes of integers.
  static func floats(_ samples: [Int16]) -> [Float] {
    samples.map { Float($0) / 32_768 }
  }

  /// Encodes samples.
  ///
  /// - Parameters:
  ///   - samples: [frames × channels].
  ///   - options: ffmpeg's, between its input and its output.
  /// - Returns: the file's path.
  func encode(
    _ samples: [Int16], channels: Int = 2, rate: Int = 44_100, _ options: [String] = [],
    to name: String
  ) throws -> String {
    let raw = try folder.write(
      samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] },
      to: "raw")
    let input = ["-f", "s16le", "-ar", "\(rate)", "-ac", "\(channels)", "-i", raw]
    return try make(input + options, name)
  }

  /// Runs ffmpeg.
  ///
  /// - Returns: the path of what it made.
  func make(_ arguments: [String], _ name: String) throws -> String {
    let path = folder.file(name)
    var ffmpeg = Command.tool("ffmpeg")
    ffmpeg.arguments += ["-v", "error", "-y"] + arguments + [path]
    let outcome = try ffmpeg.run()
    guard outcome.status == 0 else { throw TestSupportError(outcome.errors) }
    return path
  }

  /// A pipe through which a file comes.
  func pipe(_ path: String) throws -> InputFile {
    let pipe = folder.file("pipe")
    let script = #"exec >/dev/null 2>&1; rm -f "$2"; mkfifo "$2"; cat "$1" >"$2" &"#
    _ = try Command.tool("sh", "-c", script, "sh", path, pipe).run()
    let file = try InputFile(path: pipe)
    try file.makeSeekable()
    return file
  }

  /// All samples of a file, and the reader after them.
  static func decode(
    _ file: InputFile, audioStream: Int? = nil, isLenient: Bool = false
  ) throws -> (samples: [Float], reader: AudioReader) {
    var options = DecodingOptions()
    (options.audioStream, options.isLenient) = (audioStream, isLenient)
    let reader = try AudioReader(file, options: options)
    var samples: [Float] = []
    var block: [Float] = []
    repeat {
      try reader.read(into: &block, frames: 65_536)
      samples += block
    } while !block.isEmpty
    return (samples, reader)
  }

  /// Changes a file's bytes.
  ///
  /// - Returns: the path of the changed copy.
  func change(_ path: String, _ name: String, _ body: (inout [UInt8]) -> Void) throws -> String {
    var bytes = try Files.read(path)
    body(&bytes)
    return try folder.write(bytes, to: name)
  }
}
