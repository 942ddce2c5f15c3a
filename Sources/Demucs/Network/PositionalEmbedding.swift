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
    fill(panels, workers) { channel in
      Wave(
        rate: pow(maxPeriod, -Double(channel % half) / Double(half - 1)), isSine: channel >= half)
    }
  }

  /// Of frequency and time: `create_2d_sin_embedding`. The first half of the channels is of time, the
  /// second of frequency, in each sines and cosines in turn.
  static func frequencyAndTime(_ panels: TokenPanels, _ workers: Workers) {
    let half = panels.channels / 2
    fill(panels, workers) { channel in
      Wave(
        rate: exp(-2 * Double(channel % half / 2) * log(maxPeriod) / Double(half)),
        isSine: channel % 2 == 0, isOfTime: channel < half)
    }
  }

  /// What stands in a channel.
  private struct Wave {
    /// Radians from a position to the next.
    let rate: Double
    /// The sine of the phase stands there, else its cosine.
    let isSine: Bool
    /// The position is the token's time, else its group's frequency.
    var isOfTime = true
  }

  private static func fill(
    _ panels: TokenPanels, _ workers: Workers, _ wave: (_ channel: Int) -> Wave
  ) {
    let waves = (0..<panels.channels).map { channel in
      let wave = wave(channel)
      let step = wave.isOfTime ? wave.rate : 0
      return (wave: wave, turn: (x: cos(step), y: sin(step)))
    }
    workers.run(panels.count) { index in
      let panel = panels[index]
      let group = index / panels.panelsPerGroup
      let first = index % panels.panelsPerGroup * Tile.columns
      for (channel, (wave, turn)) in waves.enumerated() {
        let start = Double(wave.isOfTime ? first : group) * wave.rate
        var (x, y) = (cos(start), sin(start))
        // From token to token by a turn: sines of them all would take a good part of a network's start.
        for column in 0..<panel.valid {
          panel[channel, column] = Float(wave.isSine ? y : x)
          (x, y) = (x * turn.x - y * turn.y, y * turn.x + x * turn.y)
        }
      }
    }
  }
}
