internal import Glibc
import Tensors

/// Sines and cosines of a token's position, in the two forms of the reference (transformer.py).
enum PositionalEmbedding {
  private static let maxPeriod = 10_000.0

  /// Of time: `create_sin_embedding`. The cosines come first.
  static func time(channels: Int, tokens: Int) -> TokenPanels {
    let half = channels / 2
    let rates = (0..<half).map { pow(maxPeriod, -Double($0) / Double(half - 1)) }
    return panels(channels: channels, groups: 1, tokens: tokens) { channel, _, time in
      let phase = Double(time) * rates[channel % half]
      return channel < half ? cos(phase) : sin(phase)
    }
  }

  /// Of frequency and time: `create_2d_sin_embedding`. The first half of the channels is of time, the
  /// second of frequency, in each sines and cosines in turn.
  static func frequencyAndTime(channels: Int, frequencies: Int, tokens: Int) -> TokenPanels {
    let half = channels / 2
    let rates = (0..<half / 2).map { exp(-2 * Double($0) * log(maxPeriod) / Double(half)) }
    return panels(channels: channels, groups: frequencies, tokens: tokens) {
      channel, frequency, time in
      let phase = Double(channel < half ? time : frequency) * rates[channel % half / 2]
      return channel % 2 == 0 ? sin(phase) : cos(phase)
    }
  }

  private static func panels(
    channels: Int, groups: Int, tokens: Int,
    _ value: (_ channel: Int, _ group: Int, _ token: Int) -> Double
  ) -> TokenPanels {
    let result = TokenPanels(channels: channels, groups: groups, tokens: tokens)
    for group in 0..<groups {
      for token in 0..<tokens {
        let panel = result.panel(group * result.panelsPerGroup + token / Tile.columns)
        for channel in 0..<channels {
          panel[channel * Tile.columns + token % Tile.columns] =
            Float(value(channel, group, token))
        }
      }
    }
    return result
  }
}
