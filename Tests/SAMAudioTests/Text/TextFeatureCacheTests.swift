import APCore
import TestSupport
import Testing

@testable import SAMAudio
@testable import Tensors

@Suite struct TextFeatureCacheTests {
  let folder: TemporaryFolder
  let cache: TextFeatureCache
  let workers = Workers(threads: 2)
  static let prompt = "dog barking"

  init() throws {
    folder = try TemporaryFolder()
    cache = TextFeatureCache(folder: folder.file("new/text"))
  }

  @Test(
    arguments: [
      ([:], nil), (["HOME": "/home/a"], "/home/a/.cache/ap/text"),
      (["HOME": "/home/a", "XDG_CACHE_HOME": "/caches"], "/caches/ap/text"),
      (["HOME": "/home/a", "XDG_CACHE_HOME": "caches"], "/home/a/.cache/ap/text"),
      (["HOME": "/home/a", "AP_CACHE": "on"], "/home/a/.cache/ap/text"),
      (["HOME": "/home/a", "AP_CACHE": "off"], nil),
    ] as [([String: String], String?)])
  func folderIsThatOfTheEnvironment(variables: [String: String], path: String?) {
    #expect(TextFeatureCache.standard { variables[$0] }?.folder == path)
  }

  @Test func featuresComeBackBitByBit() throws {
    let values: [Float] = [0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1.5, .pi]
    let features = TextFeatures(tokens: 2, width: 3, values: values)
    let key = TextFeatureCache.key(prompt: "a", encoder: ["b"])
    #expect(cache.find(key) == nil)
    cache.store(features, as: key)
    let found = try #require(cache.find(key))
    #expect(found.tokens == 2)
    #expect(found.values.map(\.bitPattern) == values.map(\.bitPattern))
    // Under its final name, and nothing beside it.
    #expect(try Command.tool("ls", "-A", cache.folder).run().text == "\(key)\n")
  }

  @Test func keysTellPromptsAndEncodersApart() {
    let keys = [
      ("a", ["b"]), ("b", ["b"]), ("a", ["c"]), ("a", ["b", ""]), ("ab", [""]), ("a", []),
    ]
    .map { TextFeatureCache.key(prompt: $0, encoder: $1) }
    #expect(Set(keys).count == keys.count)
  }

  /// Features that no encoder gives are taken from the cache, and only for their prompt and numbers.
  @Test func nextRunTakesWhatIsThere() throws {
    let model = try SAMAudioModelTests.model()
    let computed = try features(model, [Self.prompt, "rain", Self.prompt])
    #expect(try files().count == 2)
    #expect(
      try computed
        == model.features(of: [Self.prompt, "rain", Self.prompt], workers: workers, cache: nil))
    let planted = TextFeatures(
      tokens: computed[0].tokens, width: 32, values: computed[0].values.map { $0 + 1 })
    cache.store(planted, as: try key(model, Self.prompt))
    #expect(try features(model, [Self.prompt])[0] == planted)
    #expect(try features(model, ["rain"])[0] == computed[1])
    #expect(try features(model, [Self.prompt], numerics: Numerics(stored: .f16))[0] != planted)
    let products = Numerics(multiplied: .bf16)
    #expect(try features(model, [Self.prompt], numerics: products)[0] != planted)
    #expect(try files().count == 4)
  }

  /// Nothing is hashed or loaded for no prompt.
  @Test func noPromptCostsNothing() throws {
    let source = TextFeatureSource(
      cache: cache, identity: { throw TestSupportError("hashed") }, shape: { _ in (1, 1) },
      load: { throw TestSupportError("loaded") })
    #expect(try source.features(of: []).isEmpty)
    #expect(throws: TestSupportError.self) { try source.features(of: [Self.prompt]) }
  }

  /// What the encoder is known by is also a part of the model's identity.
  @Test func aTensorIsReadOnce() throws {
    let checksums = TensorChecksums()
    var read: [String] = []
    func text(_ name: String) throws -> String {
      try checksums.text(name) {
        read.append(name)
        return "of \(name)"
      }
    }
    #expect(try ["a", "b", "a"].map(text) == ["of a", "of b", "of a"])
    #expect(read == ["a", "b"])
    #expect(throws: TestSupportError.self) {
      try checksums.text("c") { throw TestSupportError("cannot be read") }
    }
    #expect(try text("c") == "of c")
  }

  /// Whatever an entry's bytes are, the features are right, and then the entry is as well.
  @Test func damagedEntriesAreMadeAgain() throws {
    let model = try SAMAudioModelTests.model()
    let expected = try features(model, [Self.prompt])
    let path = "\(cache.folder)/\(try key(model, Self.prompt))"
    let whole = try Files.read(path)
    var random = SplitMix(seed: 7)
    for round in 0..<200 {
      let bytes = round == 0 ? [] : Damage.some(of: whole, round: round, using: &random)
      try Files.write(bytes, to: path)
      #expect(try features(model, [Self.prompt]) == expected)
      #expect(try Files.read(path) == whole)
    }
  }

  /// An entry of another model's shape would not fit the network.
  @Test func entriesMustFit() throws {
    let model = try SAMAudioModelTests.model()
    let expected = try features(model, [Self.prompt])
    for other in [
      TextFeatures(
        tokens: expected[0].tokens, width: 1, values: Array(repeating: 0, count: expected[0].tokens)
      ),
      TextFeatures(tokens: 1, width: 32, values: Array(repeating: 0, count: 32)),
    ] {
      cache.store(other, as: try key(model, Self.prompt))
      #expect(try features(model, [Self.prompt]) == expected)
    }
  }

  @Test(arguments: ["/proc/nowhere", "/dev/null/text"]) func folderThatCannotBeMadeIsNoMatter(
    path: String
  ) throws {
    let model = try SAMAudioModelTests.model()
    let features = try model.features(
      of: [Self.prompt], workers: workers, cache: TextFeatureCache(folder: path))
    #expect(try features == model.features(of: [Self.prompt], workers: workers, cache: nil))
  }

  /// What has the name of an entry and is none stays.
  @Test func entryThatCannotBeWrittenIsNoMatter() throws {
    let model = try SAMAudioModelTests.model()
    let path = "\(cache.folder)/\(try key(model, Self.prompt))"
    #expect(try Command.tool("mkdir", "-p", "\(path)/x").run().status == 0)
    #expect(
      try features(model, [Self.prompt])
        == model.features(of: [Self.prompt], workers: workers, cache: nil))
    #expect(try files().count == 1)
  }

  // MARK: -

  private func features(
    _ model: SAMAudioModel, _ prompts: [String], numerics: Numerics = Numerics()
  ) throws -> [TextFeatures] {
    try model.features(of: prompts, numerics: numerics, workers: workers, cache: cache)
  }

  private func files() throws -> [Substring] {
    try Command.tool("ls", "-A", cache.folder).run().text.split(separator: "\n")
  }

  /// The entry of a prompt with the weights as they are stored.
  private func key(_ model: SAMAudioModel, _ prompt: String) throws -> String {
    TextFeatureCache.key(
      prompt: prompt,
      encoder: [try model.textEncoder.checksum(workers: workers), "as stored", "f32"])
  }
}
