/// Latents of a stretch of sound: `[channels, frames]`, row by row.
package struct Latent: Sendable, Equatable {
  package let channels: Int
  package let frames: Int
  package var values: [Float]

  package init(channels: Int, frames: Int, values: [Float]) {
    precondition(values.count == channels * frames, "values must have channels × frames elements")
    self.channels = channels
    self.frames = frames
    self.values = values
  }

  /// Some frames at a time.
  static func tiles(of size: Int, _ frames: Int) -> [Range<Int>] {
    stride(from: 0, to: frames, by: size).map { $0..<min($0 + size, frames) }
  }
}
