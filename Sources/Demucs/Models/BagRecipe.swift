import APCore
import YAML

/// What a bag's YAML file says (demucs, repo.py, `BagOnlyRepo`):
///
///     models: ['f7e0c4bc', 'd12395a8']
///     weights: [[1., 0.], [0., 1.]]      # optional: a row a model, a column a source
///     segment: 5                         # optional: seconds, for models of other kinds
struct BagRecipe {
  let signatures: [String]
  let weights: [[Float]]?

  /// The reference's own bags have less than 200.
  static let maximumBytes = 8192
  private static let maximumModels = 64

  /// - Throws: `FilterError.Code.noInput`, `.configuration`.
  init(path: String) throws(FilterError) {
    let bytes: [UInt8]?
    do {
      bytes = try FileSystem.read(path, limit: Self.maximumBytes)
    } catch {
      throw FilterError(.noInput, "\(path) cannot be read: \(error).", underlying: error)
    }
    guard let text = bytes.map({ String(decoding: $0, as: UTF8.self) }) else {
      throw Self.wrong(path, "it has more than \(Self.maximumBytes) bytes")
    }
    try self.init(text: text, path: path)
  }

  init(text: String, path: String) throws(FilterError) {
    let root: YAMLNode?
    do {
      root = try YAMLNode.parse(text)
    } catch {
      throw Self.wrong(path, "it is not YAML: \(error)", error)
    }
    guard let bag = root, let models = bag["models"]?.sequence else {
      throw Self.wrong(path, "it has no list \"models\"")
    }
    // As text, because 955717e8 without quotes is a number to YAML.
    let signatures = models.compactMap(\.text)
    guard
      signatures.count == models.count, (1...Self.maximumModels).contains(signatures.count),
      signatures.allSatisfy({ !$0.isEmpty && !$0.contains("/") })
    else {
      throw Self.wrong(path, "\"models\" must have 1 to \(Self.maximumModels) signatures")
    }
    self.signatures = signatures
    weights = try Self.weights(bag["weights"], models: signatures.count, path: path)
  }

  private static func weights(
    _ node: YAMLNode?, models: Int, path: String
  ) throws(FilterError) -> [[Float]]? {
    guard let node, !node.isNull else { return nil }
    let rows = node.sequence ?? []
    let weights = rows.map { row in
      row.sequence?.compactMap { $0.double.map(Float.init) }.filter(\.isFinite) ?? []
    }
    guard
      weights.count == models, zip(weights, rows).allSatisfy({ $0.count == $1.sequence?.count })
    else {
      throw wrong(path, "\"weights\" must have a list of numbers for each of the \(models) models")
    }
    return weights
  }

  private static func wrong(
    _ path: String, _ problem: String, _ error: (any Error)? = nil
  ) -> FilterError {
    FilterError(
      .configuration, "\(path) is not a bag of models: \(problem).",
      advice:
        "A bag has a line like: models: ['955717e8']. A file of another program is not made one by that.",
      underlying: error)
  }
}
