import APCore
import Separation
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct CompanionModelsTests {
  private let home: TemporaryFolder

  init() throws {
    home = try TemporaryFolder()
  }

  private var variables: [String: String] {
    ["AP_MODELS": home.file("models"), "HF_HUB_CACHE": home.file("hub")]
  }

  private var store: CompanionModels {
    let variables = variables
    return CompanionModels(variable: { variables[$0] }, executable: nil)
  }

  /// Puts the small PE-A-Frame model into a folder, but for some files.
  private func install(_ place: String, without: [String] = []) throws {
    let source = fixture("sam-audio-spans/pe-a-frame")
    #expect(try Command.tool("mkdir", "-p", home.file(place)).run().status == 0)
    for file in ["config.json", "model.safetensors", "tokenizer.json"] where !without.contains(file)
    {
      let link = Command.tool("ln", "-s", "\(source)/\(file)", home.file("\(place)/\(file)"))
      #expect(try link.run().status == 0)
    }
  }

  /// By its size or its whole name, and the smallest where none is given.
  @Test(arguments: [nil, "small", "pe-a-frame-small"])
  func namesAreFound(name: String?) throws {
    try install("models/pe-a-frame-small")
    let found = try store.find(name, for: .spans)
    #expect(found.name == "pe-a-frame-small")
    #expect(found.folder == home.file("models/pe-a-frame-small"))
  }

  @Test func pathsAndTheCacheOfHuggingFaceAreFound() throws {
    try install("mine")
    let found = try store.find(home.file("mine"), for: .spans)
    #expect(found.name == "mine")
    #expect(found.folder == home.file("mine"))
    let snapshot = "hub/models--facebook--pe-a-frame-large/snapshots/abc"
    try install(snapshot)
    #expect(try store.find("large", for: .spans).folder == home.file(snapshot))
  }

  /// What is asked for, and what is said.
  @Test(arguments: [
    ("large", "The model pe-a-frame-large is not installed."),
    ("large", "fetch-models pe-a-frame-large"), ("huge", "Known models are"),
    ("/no/such", "There is no model /no/such"),
  ])
  func whatIsMissingIsSaid(name: String, words: String) throws {
    let error = #expect(throws: FilterError.self) { try store.find(name, for: .spans) }
    let text = "\(error?.message ?? "") \(error?.advice ?? "")"
    #expect(text.contains(words), "\(text)")
  }

  /// A part of a known model: the files that lie in its folder, those that are said to be missing, and the advice.
  @Test(
    arguments: [
      (
        .spans, "pe-a-frame-base", ["config.json", "model.safetensors"], "tokenizer.json", "Get it"
      ),
      (
        .spans, "pe-a-frame-base", ["checkpoint.pt"],
        "config.json, tokenizer.json, model.safetensors", "Get it"
      ),
      (
        .judge, "sam-audio-judge", ["config.json"], "tokenizer.json, checkpoint.pt",
        "Ask for access"
      ),
      (
        .judge, "sam-audio-judge", ["checkpoint.pt"], "config.json, tokenizer.json",
        "Ask for access"
      ),
      (
        .judge, "sam-audio-judge", ["model.safetensors", "config.json"], "tokenizer.json",
        "Ask for access"
      ),
      (
        .clap, "laion_clap", ["630k-best.pt"],
        "roberta-base/config.json, roberta-base/tokenizer.json", "Get it"
      ),
      (
        .clap, "laion_clap", [],
        "630k-best.pt, roberta-base/config.json, roberta-base/tokenizer.json", "Get it"
      ),
    ] as [(CompanionModels.Known.Use, String, [String], String, String)])
  func aPartOfAModelIsSaidToBeIncomplete(
    use: CompanionModels.Known.Use, name: String, files: [String], absent: String, advice: String
  ) throws {
    // As a known one, and by its folder's path.
    for (folder, choice, advice) in [
      ("models/\(name)", name, advice), ("mine", home.file("mine"), "A model's folder needs"),
    ] {
      let path = home.file(folder)
      #expect(try Command.tool("mkdir", "-p", path).run().status == 0)
      for file in files { _ = try home.write([], to: "\(folder)/\(file)") }
      let error = #expect(throws: FilterError.self) { try store.find(choice, for: use) }
      #expect(error?.code == .unavailable)
      #expect(error?.message == "The model in \(path) is not complete: there is no \(absent).")
      #expect(error?.advice.hasPrefix(advice) == true)
    }
    let listed = try #require(store.list().first { $0.name == name })
    #expect(listed.problem?.contains("is not complete: there is no \(absent).") == true)
    #expect(listed.fault == "incomplete: \(home.file("models/\(name)"))")
    #expect(listed.path == nil)
  }

  /// A whole model further down the shelf is taken, whatever lies before it.
  @Test func aWholeModelComesBeforeAPartOfOne() throws {
    try install("models/pe-a-frame-small", without: ["tokenizer.json"])
    let snapshot = "hub/models--facebook--pe-a-frame-small/snapshots/abc"
    try install(snapshot)
    #expect(try store.find("small", for: .spans).folder == home.file(snapshot))
    #expect(store.list()[0].path == home.file(snapshot))
  }

  @Test func theJudgeIsGated() {
    let error = #expect(throws: FilterError.self) { try store.find(nil, for: .judge) }
    #expect(error?.code.status == .unavailable)
    #expect(error?.advice.contains("HF_TOKEN=<your token>") == true)
    #expect(throws: FilterError.self) { try store.find("pe-a-frame-small", for: .judge) }
  }

  /// RoBERTa's files lie in the model's folder, beside it or where other models are.
  @Test(arguments: [
    ("models/laion_clap", "models/laion_clap/roberta-base"),
    ("models/laion_clap", "models/roberta-base"), ("mine/clap", "mine/roberta-base"),
    ("mine/clap", "models/roberta-base"),
    (
      "hub/models--lukewys--laion_clap/snapshots/abc",
      "hub/models--FacebookAI--roberta-base/snapshots/def"
    ),
  ])
  func clapIsFoundWithItsTextEncoder(folder: String, text: String) throws {
    let source = fixture("sam-audio-spans")
    for (place, files) in [
      (folder, ["laion_clap/630k-best.pt"]),
      (text, ["roberta-base/config.json", "roberta-base/tokenizer.json"]),
    ] {
      // A part of a model is none.
      let name = folder.hasPrefix("mine") ? home.file(folder) : nil
      #expect(throws: FilterError.self) { try store.find(name, for: .clap) }
      #expect(try Command.tool("mkdir", "-p", home.file(place)).run().status == 0)
      for file in files {
        let link = Command.tool("ln", "-s", "\(source)/\(file)", home.file(place))
        #expect(try link.run().status == 0)
      }
    }
    let place = try store.find(folder.hasPrefix("mine") ? home.file(folder) : nil, for: .clap)
    #expect(place.folder == home.file(folder))
    let names = ["\(folder)/630k-best.pt", "\(text)/config.json", "\(text)/tokenizer.json"]
    #expect(place.files == names.map { home.file($0) })
    #expect(try CLAPFiles(name: place.name, paths: place.files).tokens("").count == 2)
  }

  /// The list of models has these after those that separate, and they are not taken for such.
  @Test func theyAreListed() throws {
    try install("models/pe-a-frame-small")
    let variables = variables
    let list = SAMModels(variable: { variables[$0] }, executable: nil).companions
    #expect(
      list.map(\.name)
        == [
          "pe-a-frame-small", "pe-a-frame-base", "pe-a-frame-large", "sam-audio-judge",
          "laion_clap",
        ])
    #expect(list[0].path == home.file("models/pe-a-frame-small"))
    #expect(list[0].problem == nil)
    #expect(list.dropFirst().allSatisfy { $0.path == nil })
    #expect(
      list.map { $0.details[0] }
        == ["spans", "spans", "spans", "judge", "clap"].map(ModelDetail.text))
    let others = SAMModels(variable: { variables[$0] }, executable: nil)
    #expect(others.otherNames().isEmpty)
    #expect(!others.installedNames.contains("pe-a-frame-small"))
  }
}
