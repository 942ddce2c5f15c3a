package import APCore
package import Tensors

/// What a filter with a network was asked for.
package protocol NetworkRequest: Sendable {
  associatedtype Models: ModelStore

  /// A model's name or path; nil: the preferred one.
  var model: String? { get set }
  /// The track that is separated; nil: the only one, or the mix.
  var track: String? { get set }
  /// What products are made of.
  var precision: ProductPrecision { get set }
  /// How weights are stored in memory; nil: as the network likes them.
  var weights: NumberFormat? { get set }
  /// Threads; nil: as many as there are processors.
  var threads: Int? { get set }

  /// All defaults.
  init()

  /// The options that shape the output, for the stream's `history`; defaults included.
  var history: [String: JSONValue] { get }

  /// Whether an earlier run's output can stand in for this one's.
  ///
  /// - Throws: what `run` would throw, such as that a model is missing.
  func repeatability(store: Models) throws -> Repeatability

  /// Separates the stream.
  ///
  /// - Parameter store: where models are looked for.
  func run(in context: FilterContext, store: Models) throws
}
