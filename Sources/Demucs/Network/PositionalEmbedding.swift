internal import Glibc
import Tensors

/// Sines and cosines of a token's position, in the two forms of the reference (transformer.py).
enum PositionalEmbedding {
  private static let maxPeriod = 10_000.0

  /// Of the tokens of the frequency branch, and of those of the time branch.
  static func both(like tokens: [TokenPanels], _ workers: Workers) -> [TokenPanels] {
    let positions = tokens.map {
      TokenPanels(channels: $0.channels, groups: $0.groups, tokens: $0.tokens)
    }
    frequencyAndTime(positions[0], workers)
    time(positions[1], workers)
    return positions
  }

  /// Of time: `create_sin_embedding`. The cosines come first.
  static func time(_ panels: TokenPanels, _ workers: Workers) {
    let half = panels.channels / 2
    fill(panels, workers) { channel, _, time in
      let phase = Double(time) * pow(maxPeriod, -Double(channel % half) / Double(half - 1))
      return channel < half ? cos(phase) : sin(phase)
    }
  }

  /// Of frequency and time: `create_2d_sin_embedding`. The first half of the channels is of time, the
  /// second of frequency, in each sines and cosines in turn.
  static func frequencyAndTime(_ panels: TokenPanels, _ workers: Workers) {
    let half = panels.channels / 2
    fill(panels, workers) { channel, frequency, time in
      let rate = exp(-2 * Double(channel % half / 2) * log(maxPeriod) / Double(half))
      let phase = Double(channel < half ? time : frequency) * rate
      return channel % 2 == 0 ? sin(phase) : cos(phase)
    }
  }

  private static func fill(
    _ panels: TokenPanels, _ workers: Workers,
    _ value: (_ channel: Int, _ group: Int, _ token: Int) -> Double
  ) {
    workers.run(panels.count) { index in
      let panel = panels[index]
      let group = index / panels.panelsPerGroup
      let first = index % panels.panelsPerGroup * Tile.columns
      for channel in 0..<panels.channels {
        for column in 0..<panel.valid {
          panel[channel, column] = Float(value(channel, group, first + column))
        }
      }
    }
  }
}
