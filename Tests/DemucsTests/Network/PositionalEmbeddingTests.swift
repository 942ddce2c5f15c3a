import Glibc
import Tensors
import Testing

@testable import Demucs

@Suite struct PositionalEmbeddingTests {
  /// Shapes of one panel and of several, the last one not full, and the longest of the released networks.
  @Test(arguments: [(8, 1, 1), (8, 3, 49), (12, 2, 100), (512, 8, 336), (384, 1, 1344)])
  func everyTokenHasItsOwnSines(channels: Int, groups: Int, tokens: Int) {
    let panels = [1, groups].map { TokenPanels(channels: channels, groups: $0, tokens: tokens) }
    let (time, both) = (panels[0], panels[1])
    let workers = Workers(threads: 2)
    PositionalEmbedding.time(time, workers)
    PositionalEmbedding.frequencyAndTime(both, workers)
    var error: Float = 0
    for token in 0..<tokens {
      for channel in 0..<channels {
        let value = Self.time(channel, of: channels, Double(token))
        error = max(error, abs(Self.value(time, channel, 0, token) - value))
        for group in 0..<groups {
          let value = Self.frequencyAndTime(channel, of: channels, Double(group), Double(token))
          error = max(error, abs(Self.value(both, channel, group, token) - value))
        }
      }
    }
    #expect(error < 1e-7)
  }

  /// `create_sin_embedding`.
  private static func time(_ channel: Int, of channels: Int, _ time: Double) -> Float {
    let half = channels / 2
    let phase = time / pow(10_000, Double(channel % half) / Double(half - 1))
    return Float(channel < half ? cos(phase) : sin(phase))
  }

  /// `create_2d_sin_embedding`.
  private static func frequencyAndTime(
    _ channel: Int, of channels: Int, _ frequency: Double, _ time: Double
  ) -> Float {
    let half = channels / 2
    let rate = exp(Double(channel % half / 2 * 2) * -(log(10_000) / Double(half)))
    let phase = (channel < half ? time : frequency) * rate
    return Float(channel % 2 == 0 ? sin(phase) : cos(phase))
  }

  private static func value(
    _ panels: TokenPanels, _ channel: Int, _ group: Int, _ token: Int
  ) -> Float {
    let panel = group * panels.panelsPerGroup + token / 48
    return panels.panel(panel)[channel * 48 + token % 48]
  }
}
