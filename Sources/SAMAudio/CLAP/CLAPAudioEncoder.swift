package import APCore
package import Checkpoints
package import Tensors

/// CLAP's audio branch: 10 seconds of sound as a vector of length 1.
///
/// Reference: `HTSAT_Swin_Transformer` in htsat.py of laion-clap; Chen and others, HTS-AT: A Hierarchical Token-Semantic
/// Audio Transformer (2022); Wu and others, Large-scale Contrastive Language-Audio Pretraining (2023).
package final class CLAPAudioEncoder {
  /// Sees what each stage gives, [tokens, channels].
  package var probe: Probe?

  private let spectrogram: CLAPSpectrogram
  private let patches: Linear
  private let patchNorm: NormFactors
  private let stages: [SwinStage]
  private let norm: NormFactors
  private let projection: CLAPProjection
  private let workers: Workers

  /// Rows and columns of a patch.
  private static let patch = 4
  /// Patches of the picture's side.
  private static let grid = CLAPSpectrogram.side / patch
  private static let stageCount = 4

  /// Packs the weights, stages on all threads.
  ///
  /// - Parameters:
  ///   - weights: the checkpoint's root.
  ///   - numerics: how weights are stored and what is multiplied.
  ///   - workers: the threads that share the work.
  /// - Throws: `FilterError` for tensors that are missing, misshaped or left over.
  package init(_ weights: Weights, numerics: Numerics = Numerics(), workers: Workers) throws {
    let branch = weights["audio_branch"]
    let embed = branch["patch_embed"]
    let width = try embed["proj"].size(0, of: "weight")
    self.workers = workers
    spectrogram = try CLAPSpectrogram(branch, workers: workers)
    let proj = try embed["proj"].affine([width, 1, Self.patch, Self.patch])
    patches = Linear(weight: proj.weight, bias: proj.bias, numerics: numerics)
    patchNorm = NormFactors(try embed["norm"].affine([width]))
    stages = try workers.map(Self.stageCount) { index in
      let layer = branch["layers"][index]
      return try SwinStage(
        layer, width: width << index, depth: max(1, layer["blocks"].count),
        grid: Self.grid >> index,
        isLast: index + 1 == Self.stageCount, numerics: numerics)
    }
    let last = width << (Self.stageCount - 1)
    norm = NormFactors(try branch["norm"].affine([last]))
    projection = try CLAPProjection(
      weights["audio_projection"], inputs: last, numerics: numerics)
    try branch.finish()
    try weights["audio_projection"].finish()
  }

  /// The vector of a sound, or the mean of its windows' vectors where it is longer than 10 seconds.
  ///
  /// - Parameter samples: at 48 kHz; at least one.
  package func callAsFunction(_ samples: [Float]) -> [Float] {
    let vectors = CLAPSound.windows(of: samples).map(vector)
    return vectors[0].indices.map { index in
      vectors.reduce(0) { $0 + $1[index] } / Float(vectors.count)
    }
  }

  private func vector(_ sound: [Float]) -> [Float] {
    // 1. A picture, patch by patch.
    let picture = spectrogram(sound, probe: probe)
    var tokens = TokenPanels(channels: patches.outputs, groups: 1, tokens: Self.grid * Self.grid)
    workers.withTokens(channels: patches.inputs, like: tokens) { pixels in
      pixels.copy(tokens: Self.pixels(of: picture), workers: workers)
      patches(pixels, into: tokens, workers: workers)
    }
    patchNorm.layerNormalize(tokens, workers: workers)

    // 2. Stages on ever smaller grids.
    for (index, stage) in stages.enumerated() {
      tokens = stage(tokens, probe, stage: "stage\(index)", workers: workers)
      probe?.show("stage\(index)", tokens)
    }

    // 3. The mean of the tokens.
    norm.layerNormalize(tokens, workers: workers)
    let values = tokens.tokenMajor(workers: workers)
    let embedding = (0..<tokens.channels).map { channel in
      stride(from: channel, to: values.count, by: tokens.channels).reduce(0) { $0 + values[$1] }
        / Float(tokens.tokens)
    }
    probe?.show("embedding", [embedding.count]) { embedding }
    return projection(embedding, probe: probe, workers: workers)
  }

  /// The pixels of each patch, row by row, patch by patch: [64 · 64, 16].
  private static func pixels(of picture: [Float]) -> [Float] {
    (0..<grid * grid).flatMap { token in
      (0..<patch * patch).map { pixel in
        let row = token / grid * patch + pixel / patch
        let column = token % grid * patch + pixel % patch
        return picture[row * CLAPSpectrogram.side + column]
      }
    }
  }
}

/// A sound as CLAP takes it.
enum CLAPSound {
  /// 10 seconds each, of 16 bits: a shorter sound repeated as often as it fits whole, with silence behind it, and a longer
  /// one in as many windows as cover it, at even distances.
  ///
  /// The reference takes one window of a longer sound, at random.
  static func windows(of samples: [Float]) -> [[Float]] {
    let length = CLAPSpectrogram.samples
    let sound = samples.map { (min(max($0, -1), 1) * 32_767).rounded(.towardZero) / 32_767 }
    guard sound.count > length else {
      let whole = (0..<length / sound.count).flatMap { _ in sound }
      return [whole + Array(repeating: 0, count: length - whole.count)]
    }
    let count = (sound.count + length - 1) / length
    return (0..<count).map { index in
      let place = Double(index * (sound.count - length)) / Double(count - 1)
      let start = Int(place.rounded())
      return Array(sound[start..<start + length])
    }
  }
}
