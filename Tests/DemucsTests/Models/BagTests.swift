import APCore
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Demucs

@Suite struct BagTests {
  static let tiny = fixture("demucs/htdemucs_tiny.th")
  static let six = fixture("demucs/htdemucs_tiny_6s.safetensors")

  /// The texts of the reference's own bags among them.
  @Test(arguments: [
    ("models: ['955717e8']\n", ["955717e8"]),
    ("models: [955717e8, 04573f0d]", ["955717e8", "04573f0d"]),
    ("models:\n- a\n- b\nweights:\n", ["a", "b"]),
    ("models: ['75fc33f5']\nsegment: 44\n", ["75fc33f5"]),
  ])
  func signaturesAreText(text: String, signatures: [String]) throws {
    let recipe = try BagRecipe(text: text, path: "x.yaml")
    #expect(recipe.signatures == signatures)
    #expect(recipe.weights == nil)
  }

  /// Networks of one build that follow each other share their memory.
  @Test func memoryIsThatOfDifferentNetworks() throws {
    let (tiny, six) = (
      try HTDemucsConfig(Checkpoint.open(Self.tiny)), try HTDemucsConfig(Checkpoint.open(Self.six))
    )
    func memory(_ configs: [HTDemucsConfig]) -> Int {
      HTDemucs.memory(configs, numerics: Numerics())
    }
    #expect(memory([]) == 0)
    // The spectra of the sources, and more.
    #expect(memory([tiny]) > 4 * 2 * 2 * 2048 * tiny.segmentSpectra * 4)
    #expect(memory([six]) > memory([tiny]))
    #expect(memory([tiny, tiny, tiny]) == memory([tiny]))
    #expect(memory([tiny, six, six]) == memory([tiny]) + memory([six]))
    #expect(memory([tiny, six, tiny]) == 2 * memory([tiny]) + memory([six]))
  }

  @Test func weightsAreRowsOfNumbers() throws {
    let recipe = try BagRecipe(
      text: "models: ['a', 'b']\nweights: [\n  [1., 0.],\n  [0, 0.5],\n]", path: "x.yaml")
    #expect(recipe.weights == [[1, 0], [0, 0.5]])
  }

  @Test(arguments: [
    "", "[", "a: b", "- a", "models: a", "models: []", "models: [[a]]", "models: ['']",
    "models: ['../a']", "models: [a]\nweights: 1", "models: [a]\nweights: [1]",
    "models: [a, b]\nweights: [[1]]", "models: [a]\nweights: [[x]]",
    "models: [a]\nweights: [[.inf]]",
    "models: &m [*m]", "models: [\(String(repeating: "a,", count: 65))]",
    String(repeating: "[", count: BagRecipe.maximumBytes),
    String(repeating: "- ", count: BagRecipe.maximumBytes / 2),
    String(repeating: "{a: ", count: BagRecipe.maximumBytes / 4),
  ])
  func otherTextIsRefused(text: String) {
    let error = #expect(throws: FilterError.self) { try BagRecipe(text: text, path: "x.yaml") }
    #expect(error?.code == .configuration)
    #expect(error?.message.hasPrefix("x.yaml is not a bag of models: ") == true)
  }

  @Test func longFileIsRefused() throws {
    let folder = try TemporaryFolder()
    let text = "models: [a] #" + String(repeating: "x", count: BagRecipe.maximumBytes)
    let path = try folder.write(Array(text.utf8), to: "x.yaml")
    let error = #expect(throws: FilterError.self) { try BagRecipe(path: path) }
    #expect(error?.message.contains("more than 8192 bytes") == true)
  }

  @Test func modelsNeededAreThoseThatCount() throws {
    let bag = try ModelBag(
      paths: [Self.tiny, Self.tiny, Self.tiny],
      weights: [[1, 0, 0, 0], [0, 1, 0.5, 0], [0, 0, 1, 1]])
    #expect(bag.membersNeeded(for: ["drums"]) == [0])
    #expect(bag.membersNeeded(for: ["other"]) == [1, 2])
    #expect(bag.membersNeeded(for: ["vocals", "bass"]) == [1, 2])
    #expect(bag.membersNeeded(for: ["nonesuch"]) == [])
    #expect(bag.membersNeeded(for: bag.sources) == [0, 1, 2])
  }

  @Test func withoutWeightsAllCountAlike() throws {
    let bag = try ModelBag(paths: [Self.tiny, Self.tiny])
    #expect(bag.members.map(\.weights) == [[1, 1, 1, 1], [1, 1, 1, 1]])
    #expect(bag.samplerate == 44_100)
    #expect(bag.audioChannels == 2)
  }

  @Test func membersMustHaveTheSameSources() {
    let error = #expect(throws: FilterError.self) { try ModelBag(paths: [Self.tiny, Self.six]) }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains("same sources") == true)
    #expect(error?.message.contains("piano") == true)
  }

  @Test(
    arguments: [[[1, 0, 0]], [[1, 1, 1, -1]], [[1, 1, 1, 0]], [[.nan, 1, 1, 1]]] as [[[Float]]])
  func weightsMustFitTheSources(weights: [[Float]]) {
    let error = #expect(throws: FilterError.self) {
      try ModelBag(paths: [Self.tiny], weights: weights)
    }
    #expect(error?.code == .configuration)
  }
}
