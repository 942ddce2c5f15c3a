import Tensors
import TestSupport
import Testing

@testable import SAMAudio

/// What was kept of a prompt is used again, whatever a model hears, and not where it reads or counts otherwise.
///
/// - Parameters:
///   - heard: a tensor that only sound meets.
///   - read: one that text meets.
///   - open: the model's folder, with one byte of the named tensor changed.
///   - features: what the opened model makes of a prompt.
func expectVectorsAreKept<Model>(
  heard: String, read: String, _ open: (_ changed: String?) throws -> Model,
  _ features: (Model, [String], Numerics, TextFeatureCache) throws -> [TextFeatures]
) throws {
  let folder = try TemporaryFolder()
  let cache = TextFeatureCache(folder: folder.path)
  func drums(_ changed: String?, _ numerics: Numerics = Numerics()) throws -> [TextFeatures] {
    try features(open(changed), ["drums", "drums"], numerics, cache)
  }
  let first = try drums(nil)
  #expect(first.count == 2)
  let kept = try folder.list()
  #expect(kept.count == 1)
  let other = TextFeatures(
    tokens: 1, width: first[0].width, values: first[0].values.map { $0 + 1 })
  cache.store(other, as: kept[0])
  #expect(try drums(nil) == [other, other])
  #expect(try drums(heard) == [other, other])
  #expect(try folder.list() == kept)
  #expect(try drums(read)[0] != other)
  #expect(try drums(nil, Numerics(stored: .bf16))[0] != other)
  #expect(try folder.list().count == 3)
}
