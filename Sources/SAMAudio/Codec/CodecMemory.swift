import Tensors

/// Memory that the layers of a codec take turns with: each reads one of two places and writes the other.
///
/// It grows to what the largest tile needs, whatever the signal's length.
final class CodecMemory {
  /// A place for the activations of one layer.
  enum Place {
    /// What a block's residual units add to.
    case signal
    /// What a convolution reads.
    case activated
  }

  let workers: Workers
  private var places: [Place: FloatStorage] = [:]

  init(workers: Workers) {
    self.workers = workers
  }

  /// Rows for some of a signal's columns, with margins of zeros. What stood in the place is lost.
  func stretch(_ place: Place, channels: Int, range: Range<Int>) -> Stretch {
    let columns = range.count
    let floats = Blocks.floats(count: 1, channels: channels, columns: columns)
    let storage =
      places[place].flatMap { $0.count >= floats ? $0 : nil } ?? FloatStorage(count: floats)
    places[place] = storage
    let rows = Blocks(count: 1, channels: channels, columns: columns, in: storage)
    rows.rows(0).clearMargins(rows: channels)
    return Stretch(rows: rows, range: range)
  }

  /// What an activation makes of a signal.
  func activate(_ x: Stretch, _ activation: Activation) -> Stretch {
    let result = stretch(.activated, channels: x.rows.channels, range: x.range)
    workers.run(x.rows.panels) { panel in
      activation(
        x.rows.rows(0), channels: x.rows.channels, panel: panel, into: result.rows.rows(0))
    }
    return result
  }
}
