import Tensors

/// The sizes of a transformer's layer.
struct LayerSizes: Sendable, Hashable {
  let heads: Heads
  /// Width inside the feed-forward layer.
  let hidden: Int
  /// Added to mean squares before their roots are taken.
  let epsilon: Float
  /// Whether channel e of head h is row e · heads + h of a stored projection; the rows of a head stand together
  /// otherwise.
  var interleavesHeads = false

  /// Channels of a token.
  var width: Int { heads.count * heads.width }
}
