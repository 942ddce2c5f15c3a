import APCore
import Checkpoints
import Separation
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct SAMModelsTests {
  let home: TemporaryFolder

  init() throws {
    home = try TemporaryFolder()
  }

  // MARK: By name

  @Test func foldersAreSearchedInOrder() throws {
    try installModel("data/ap/models/sam-audio-small")
    #expect(
      try store().find("sam-audio-small").config
        == home.file("data/ap/models/sam-audio-small/config.json"))
    try installModel("models/sam-audio-small")
    let found = try store().find("sam-audio-small")
    #expect(found.name == "sam-audio-small")
    #expect(found.config == home.file("models/sam-audio-small/config.json"))
    #expect(found.weights.path == home.file("models/sam-audio-small/checkpoint.pt"))
    #expect(found.textEncoder == home.file("models/sam-audio-small/t5"))
    #expect(try store().find(nil) == found)
    #expect(try found.open().config.transformer.dim == 64)
  }

  @Test func modelThatIsWholeIsPreferred() throws {
    try makeFolder("models/sam-audio-base")
    try installModel("prefix/share/ap/models/sam-audio-base")
    #expect(
      try store().find("sam-audio-base").config
        == home.file("prefix/share/ap/models/sam-audio-base/config.json"))
  }

  /// As the original program has downloaded it, with the text encoder in a repository of its own.
  @Test(arguments: ["google-t5--t5-base", "t5-base"])
  func cacheOfHuggingFaceIsSearched(encoder: String) throws {
    let text = #"{"text_encoder": {"name": "google-t5/t5-base", "dim": 32}}"#
    let model = "hub/models--facebook--sam-audio-small/snapshots/abc"
    try makeFolder(model)
    _ = try home.write(Array(text.utf8), to: "\(model)/config.json")
    try link("checkpoint.pt", to: "\(model)/checkpoint.pt")
    try link("t5", to: "hub/models--\(encoder)/snapshots/def")
    let variables = ["HF_HUB_CACHE": home.file("hub")]
    let store = SAMModels(variable: { variables[$0] }, executable: nil)
    let found = try store.find("sam-audio-small")
    #expect(found.config == home.file("\(model)/config.json"))
    #expect(found.textEncoder == home.file("hub/models--\(encoder)/snapshots/def"))
    #expect(throws: FilterError.self) { try store.find("sam-audio-base") }
  }

  @Test func otherNamesAreFoundAsWell() throws {
    try installModel("models/mine")
    #expect(try store().find("mine").name == "mine")
  }

  @Test(arguments: ["t5", "models/m/t5", "data/ap/models/t5"])
  func textEncoderLiesInOneOfTheFolders(
    place: String
  ) throws {
    try installModel("models/m", textEncoder: nil)
    let folder = place == "t5" ? "models/t5" : place
    try link("t5", to: folder)
    #expect(try store().find("m").textEncoder == home.file(folder))
  }

  /// The name in config.json may have its owner before it.
  @Test func textEncoderIsFoundByItsName() throws {
    try makeFolder("models/m")
    try link("checkpoint.pt", to: "models/m/checkpoint.pt")
    let text = #"{"text_encoder": {"name": "google-t5/t5-base", "dim": 32}}"#
    _ = try home.write(Array(text.utf8), to: "models/m/config.json")
    try link("t5", to: "models/t5-base")
    #expect(try store().find("m").textEncoder == home.file("models/t5-base"))
  }

  @Test(arguments: [
    (["checkpoint.pt", "model.safetensors"], "model.safetensors"),
    (["checkpoint.pt", "model.safetensors.index.json"], "model.safetensors.index.json"),
    (["checkpoint.pt", "audio_codec.safetensors"], "checkpoint.pt"),
  ])
  func safetensorsArePreferred(files: [String], chosen: String) throws {
    try installModel("models/m", weights: files)
    #expect(try store().find("m").weights.path == home.file("models/m/\(chosen)"))
  }

  // MARK: By path

  @Test func pathIsTakenAsItIs() throws {
    try installModel("elsewhere", weights: ["checkpoint.pt", "model.safetensors"])
    for path in ["elsewhere", "elsewhere/", "elsewhere/config.json"] {
      let found = try store().find(home.file(path))
      #expect(found.name == "elsewhere")
      #expect(found.weights.path == home.file("elsewhere/model.safetensors"))
    }
    let found = try store().find(home.file("elsewhere/checkpoint.pt"))
    #expect(found.name == "elsewhere")
    #expect(found.weights.path == home.file("elsewhere/checkpoint.pt"))
    #expect(found.config == home.file("elsewhere/config.json"))
  }

  @Test func missingPathIsNoInput() {
    let error = #expect(throws: FilterError.self) { try store().find("/nonexistent/x") }
    #expect(error?.code.status == .noInput)
    #expect(error?.message == "There is no model /nonexistent/x.")
  }

  // MARK: Missing

  @Test(arguments: SAMModels.known.map(\.name)) func missingModelSaysWhereAndHow(name: String) {
    let error = #expect(throws: FilterError.self) { try store().find(name) }
    #expect(error?.code.status == .unavailable)
    #expect(error?.message.hasPrefix("The model \(name) is not installed.") == true)
    let looked = ["models", "data/ap/models"].map(home.file).joined(separator: ", ")
    #expect(error?.message.hasSuffix(" Looked in \(looked).") == true, "\(error?.message ?? "")")
    for words in [
      "https://huggingface.co/facebook/\(name)", "HF_TOKEN=", "scripts/fetch-models \(name)",
      "config.json and checkpoint.pt into \(home.file("models"))/\(name)", "t5-base next to it",
    ] {
      #expect(error?.advice.contains(words) == true, "\(error?.advice ?? "")")
    }
  }

  @Test func unknownModelNamesTheKnownOnes() {
    let error = #expect(throws: FilterError.self) { try store().find("sam-audio-tiny") }
    #expect(error?.code.status == .unavailable)
    #expect(error?.advice.contains("sam-audio-small, sam-audio-base, sam-audio-large") == true)
  }

  @Test(arguments: ["config.json", "checkpoint.pt"]) func incompleteModelSaysWhatIsMissing(
    file: String
  ) throws {
    try installModel("models/sam-audio-small")
    #expect(try Command.tool("rm", home.file("models/sam-audio-small/\(file)")).run().status == 0)
    let error = #expect(throws: FilterError.self) { try store().find("sam-audio-small") }
    #expect(error?.code.status == .unavailable)
    #expect(error?.message.contains("is not complete: there is no ") == true)
    #expect(error?.message.contains(file) == true)
    #expect(error?.advice.contains("scripts/fetch-models sam-audio-small") == true)
    let line = store().table().text.split(separator: "\n").first {
      $0.hasPrefix("sam-audio-small ")
    }
    #expect(line?.hasSuffix(" incomplete: \(home.file("models/sam-audio-small"))") == true)
  }

  @Test func missingTextEncoderSaysWhereAndHow() throws {
    try installModel("models/m", textEncoder: nil)
    _ = try home.write(Array("{}".utf8), to: "models/m/new.json")
    let move = Command.tool(
      "mv", "-f", home.file("models/m/new.json"), home.file("models/m/config.json"))
    #expect(try move.run().status == 0)
    // A folder without weights is not what is looked for.
    try makeFolder("models/t5-base")
    let error = #expect(throws: FilterError.self) { try store().find("m") }
    #expect(error?.code.status == .unavailable)
    #expect(error?.message.contains("The text encoder t5-base of the model in") == true)
    for words in [
      "scripts/fetch-models t5-base", "config.json, spiece.model, model.safetensors",
      "https://huggingface.co/google-t5/t5-base into \(home.file("models/m/t5-base"))",
    ] {
      #expect(error?.advice.contains(words) == true, "\(error?.advice ?? "")")
    }
  }

  @Test func textEncoderMustFit() throws {
    try makeFolder("models/m")
    try link("checkpoint.pt", to: "models/m/checkpoint.pt")
    try link("t5", to: "models/m/t5")
    _ = try home.write(Array("{}".utf8), to: "models/m/config.json")
    let found = try store().find("m")
    let error = #expect(throws: FilterError.self) { try found.open() }
    #expect(error?.code == .unsupportedCheckpoint)
    #expect(
      error?.message.contains("gives features of 32 numbers, but the model m takes 768") == true)
  }

  // MARK: -

  private func store() -> SAMModels {
    let variables = ["AP_MODELS": home.file("models"), "XDG_DATA_HOME": home.file("data")]
    return SAMModels(variable: { variables[$0] }, executable: home.file("prefix/bin/ap-sam"))
  }

  private func makeFolder(_ name: String) throws {
    #expect(try Command.tool("mkdir", "-p", home.file(name)).run().status == 0)
  }

  /// Something of the small model under another name.
  private func link(_ name: String, to place: String) throws {
    let link = Command.tool("ln", "-s", fixture("sam-audio/\(name)"), home.file(place))
    try makeFolder(String(place.split(separator: "/").dropLast().joined(separator: "/")))
    #expect(try link.run().status == 0)
  }

  private func installModel(
    _ folder: String, weights: [String] = ["checkpoint.pt"], textEncoder: String? = "t5"
  ) throws {
    try makeFolder(folder)
    try link("config.json", to: "\(folder)/config.json")
    for name in weights { try link("checkpoint.pt", to: "\(folder)/\(name)") }
    if let textEncoder { try link("t5", to: "\(folder)/\(textEncoder)") }
  }
}
