/// Latents of a stretch of sound: `[channels, frames]`, row by row.
package struct Latent: Sendable, Equatable {
  package let channels: Int
  package let frames: Int
  package var values: [Float]

  init(channels: Int, frames: Int, values: [Float]) {
    precondition(values.count == channels * frames, "values must have channels × frames elements")
    self.channels = channels
    self.frames = frames
    self.values = values
  }
}

/// What turns sound into latents and latents into sound: the codec.
protocol AudioCodec: AnyObject {
  /// The mean latent of mono samples: `[codebookDim, ⌈N / hop⌉]`. What the last frame lacks is filled
  /// by reflection.
  func encode(_ samples: [Float]) -> Latent

  /// The mono samples of a latent: `frames · hop` of them.
  ///
  /// - Parameter message: bits of the watermark; nil: none is added.
  func decode(_ latent: Latent, message: [Bool]?) -> [Float]
}
