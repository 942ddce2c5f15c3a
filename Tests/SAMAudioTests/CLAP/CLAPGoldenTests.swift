import APCore
import Checkpoints
import Glibc
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

/// A small CLAP in the released format against what the reference gave.
@Suite struct CLAPGoldenTests {
  static let folder = fixture("sam-audio-spans")

  static func weights() throws -> Weights {
    try CLAPCheckpoint.open("\(folder)/laion_clap/630k-best.pt").weights()
  }

  static func config() throws -> RobertaConfig {
    try RobertaConfig(path: "\(folder)/roberta-base/config.json")
  }

  static func audioEncoder(
    numerics: Numerics = Numerics(), threads: Int = 2
  ) throws -> CLAPAudioEncoder {
    try CLAPAudioEncoder(weights(), numerics: numerics, workers: Workers(threads: threads))
  }

  static func textEncoder(numerics: Numerics = Numerics()) throws -> CLAPTextEncoder {
    try CLAPTextEncoder(
      weights(), config: config(), numerics: numerics, workers: Workers(threads: 2))
  }

  /// The sounds of `clap.golden.json`: shorter than 10 seconds, as long, a part of a longer one, and too loud.
  static func wave(_ name: String) throws -> [Float] {
    func tone(_ range: Range<Int>) -> [Float] {
      range.map { n in
        let t = 2 * Double.pi * Double(n) / 48_000
        return Float(0.4 * sin(220 * t) + 0.2 * sin(1234.5 * t + 1) * cos(0.7 * t))
      }
    }
    return switch name {
    case "short": try Golden("sam-audio/golden").tensor("wave_mono").values
    case "crop": tone(100_000..<580_000)
    case "loud": tone(0..<96_000).map { 1.7 * $0 }
    default: tone(0..<480_000)
    }
  }

  /// A prompt, its tokens, and its score for each sound.
  struct Text {
    let key: String
    let prompt: String
    let ids: [Int]
    let scores: [String: Double]
  }

  static func texts() throws -> [Text] {
    let json = try JSONValue(parsing: Files.read("\(folder)/clap.golden.json"))
    return (json["cases"]?.array ?? []).map { item in
      Text(
        key: item["key"]?.string ?? "", prompt: item["text"]?.string ?? "",
        ids: (item["ids"]?.array ?? []).compactMap(\.int),
        scores: (item["scores"]?.object ?? [:]).compactMapValues(\.double))
    }
  }

  /// Stages with more than 256 values are kept as every 97th.
  static func kept(_ values: [Float]) -> [Float] {
    values.count > 256 ? stride(from: 0, to: values.count, by: 97).map { values[$0] } : values
  }

  /// The quiet bands of the clipped sound are what the transform rounds off: the first kept stage of it is 1.9e-4 away from
  /// the reference's even by a transform in float64. Those behind it are less than 1e-4 away.
  @Test(arguments: ["short", "exact", "crop", "loud"])
  func stagesOfASoundAreTheReferences(name: String) throws {
    let golden = try Golden("sam-audio-spans/clap.golden")
    let encoder = try Self.audioEncoder()
    var stages: [String: [Float]] = [:]
    encoder.probe = Probe { stages[$0] = $2 }
    let vector = encoder(try Self.wave(name))
    var names = ["stage1.block0", "stage1", "stage2.block0", "stage2", "stage3.block0", "stage3"]
    if name == "short" { names += ["logmel", "image", "stage0"] }
    for stage in names + ["embedding", "projection"] {
      let values = Self.kept(try #require(stages[stage], "no stage \(stage)"))
      let error = Golden.error(values, try golden.tensor("\(name).\(stage)").values)
      #expect(error <= (name == "loud" && stage == "stage1.block0" ? 5e-4 : 2e-4), "\(stage)")
    }
    #expect(Golden.error(vector, try golden.tensor("\(name).audio_embed").values) <= 2e-4)
  }

  @Test func scoresAreTheReferences() throws {
    let golden = try Golden("sam-audio-spans/clap.golden")
    let (audio, text) = (try Self.audioEncoder(), try Self.textEncoder())
    let texts = try Self.texts()
    #expect(texts.count == 3)
    let sounds = try ["short", "exact", "crop", "loud"].map { ($0, audio(try Self.wave($0))) }
    for item in texts {
      var pooled: [Float] = []
      let vector = text(item.ids, probe: Probe { _, _, values in pooled = values })
      #expect(Golden.error(pooled, try golden.tensor("\(item.key).pooled").values) <= 1e-4)
      #expect(Golden.error(vector, try golden.tensor("\(item.key).text_embed").values) <= 1e-4)
      for (name, sound) in sounds {
        let score = zip(sound, vector).reduce(0) { $0 + Double($1.0 * $1.1) }
        #expect(abs(score - (item.scores[name] ?? .nan)) <= 1e-4, "\(item.prompt), \(name)")
      }
    }
  }

  @Test func sameBytesForAnyNumberOfThreads() throws {
    let sound = try Self.wave("loud")
    let vectors = try [1, 2, 5].map { try Self.audioEncoder(threads: $0)(sound) }
    for vector in vectors { #expect(vector == vectors[0]) }
  }

  @Test(
    arguments: [
      (Numerics(stored: .bf16), 3e-2), (Numerics(stored: .f16), 4e-3),
      (Numerics(multiplied: .bf16), 5e-2),
    ] as [(Numerics, Float)])
  func weightsAndProductsMayBeOfHalfTheSize(numerics: Numerics, bound: Float) throws {
    let sound = try Self.wave("short")
    let (exact, rounded) = (
      try Self.audioEncoder()(sound), try Self.audioEncoder(numerics: numerics)(sound)
    )
    #expect(Golden.error(rounded, exact) <= bound)
    #expect(Golden.error(rounded, exact) > 1e-5, "the numbers are rounded")
    let ids = try Self.texts()[0].ids
    let (text, roundedText) = (
      try Self.textEncoder()(ids), try Self.textEncoder(numerics: numerics)(ids)
    )
    #expect(Golden.error(roundedText, text) <= bound)
    #expect(Golden.error(roundedText, text) > 1e-5, "the numbers are rounded")
  }
}
