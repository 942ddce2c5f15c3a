@testable import Separation

/// The reference's `apply_model` word for word: the whole track in memory, chunks of chunks, one
/// full-length result a pass. The slow twin of `OverlapAdd`.
struct ReferenceApply {
  /// `[channels][frames]`.
  typealias Sound = [[Float]]

  /// `TensorChunk`.
  struct Chunk {
    let tensor: Sound
    let offset: Int
    let length: Int

    init(_ tensor: Sound, offset: Int = 0, length: Int? = nil) {
      self.tensor = tensor
      self.offset = offset
      self.length = min(tensor[0].count - offset, length ?? .max)
    }

    init(_ chunk: Chunk, offset: Int, length: Int) {
      tensor = chunk.tensor
      self.offset = chunk.offset + offset
      self.length = min(chunk.length - offset, length)
    }

    func padded(_ target: Int) -> Sound {
      let start = offset - (target - length) / 2
      return tensor.map { row in
        (start..<start + target).map { row.indices.contains($0) ? row[$0] : 0 }
      }
    }
  }

  var overlap = 0.25
  var segmentSeconds: Double?
  var random = PythonRandom(seed: 0)

  /// `apply_model` of a bag: `[sources][channels][frames]`.
  mutating func callAsFunction(
    _ models: [LinearSeparator], weights: [[Float]], mix: Sound, shifts: Int
  ) -> [Sound] {
    var estimates: [Sound] = []
    var totals = [Float](repeating: 0, count: weights[0].count)
    for (model, weights) in zip(models, weights) {
      var output = apply(model, Chunk(mix), shifts: shifts)
      for (source, weight) in weights.enumerated() {
        output[source] = output[source].map { $0.map { $0 * weight } }
        totals[source] += weight
      }
      estimates = estimates.isEmpty ? output : sum(estimates, output)
    }
    return zip(estimates, totals).map { sound, total in sound.map { $0.map { $0 / total } } }
  }

  private mutating func apply(
    _ model: LinearSeparator, _ mix: Chunk, shifts: Int
  ) -> [Sound] {
    guard shifts > 0 else { return split(model, mix) }
    let longest = Int(0.5 * Double(model.sampleRate))
    let padded = mix.padded(mix.length + 2 * longest)
    var output: [Sound] = []
    for _ in 0..<shifts {
      let offset = random.integer(upTo: longest)
      let shifted = Chunk(padded, offset: offset, length: mix.length + longest - offset)
      let result = split(model, shifted).map { $0.map { Array($0[(longest - offset)...]) } }
      output = output.isEmpty ? result : sum(output, result)
    }
    return output.map { $0.map { $0.map { $0 / Float(shifts) } } }
  }

  private mutating func split(_ model: LinearSeparator, _ mix: Chunk) -> [Sound] {
    let segment =
      segmentSeconds.map { Int($0 * Double(model.sampleRate)) } ?? model.segmentFrames
    let stride = Int((1 - overlap) * Double(segment))
    let rising = (1...segment).prefix(segment / 2).map(Float.init)
    let falling = (1...(segment - segment / 2)).reversed().map(Float.init)
    let top = (rising + falling).max() ?? 1
    let weight = (rising + falling).map { $0 / top }
    let silence = [Float](repeating: 0, count: mix.length)
    var output = model.sources.map { _ in [Sound.Element](repeating: silence, count: model.channels)
    }
    var sums = silence
    for offset in Swift.stride(from: 0, to: mix.length, by: stride) {
      let chunk = Chunk(mix, offset: offset, length: segment)
      let result = run(model, chunk.padded(segment))
      let lead = (segment - chunk.length) / 2
      for frame in 0..<chunk.length {
        for source in output.indices {
          for channel in 0..<model.channels {
            output[source][channel][offset + frame] +=
              weight[frame] * result[source][channel][lead + frame]
          }
        }
        sums[offset + frame] += weight[frame]
      }
    }
    return output.map { $0.map { zip($0, sums).map { $0 / $1 } } }
  }

  /// The network's forward pass, which pads on the right to the training length. Its transformer
  /// draws a number that is always 0.
  private mutating func run(_ model: LinearSeparator, _ window: Sound) -> [Sound] {
    _ = random.integer(upTo: 0)
    let frames = model.segmentFrames
    let padding = [Float](repeating: 0, count: frames - window[0].count)
    let mix = window.flatMap { $0 + padding }
    var stems = [Float](repeating: .nan, count: model.sources.count * mix.count)
    mix.withUnsafeBufferPointer { mix in
      stems.withUnsafeMutableBufferPointer { model.separate(mix, into: $0) }
    }
    return model.sources.indices.map { source in
      (0..<model.channels).map { channel in
        let start = (source * model.channels + channel) * frames
        return Array(stems[start..<start + window[0].count])
      }
    }
  }

  private func sum(_ left: [Sound], _ right: [Sound]) -> [Sound] {
    zip(left, right).map { zip($0, $1).map { zip($0, $1).map { $0 + $1 } } }
  }
}
