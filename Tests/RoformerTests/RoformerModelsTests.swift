import APCore
import Separation
import TestSupport
import Testing

@testable import Roformer

@Suite struct RoformerModelsTests {
  let home: TemporaryFolder

  init() throws {
    home = try TemporaryFolder()
  }

  // MARK: By name

  /// Files on the shelf, and which of them are the model NAME.
  static let shelves: [(files: [String], model: [String])] = [
    (["NAME.ckpt", "NAME.yaml"], ["NAME.ckpt", "NAME.yaml"]),
    (["NAME.safetensors", "NAME.yml", "other.yaml"], ["NAME.safetensors", "NAME.yml"]),
    (["model_NAME.ckpt", "config_NAME.yaml"], ["model_NAME.ckpt", "config_NAME.yaml"]),
    (
      ["model_NAME.pt", "config_NAME.yml", "model_b.pt", "config_b.yml"],
      ["model_NAME.pt", "config_NAME.yml"]
    ),
    (["NAME/a.th", "NAME/b.yaml"], ["NAME/a.th", "NAME/b.yaml"]),
    (["NAME/a.pth", "NAME/b.yaml", "NAME/README.md"], ["NAME/a.pth", "NAME/b.yaml"]),
    // A pair comes before a folder.
    (
      ["NAME/a.ckpt", "NAME/a.yaml", "model_NAME.ckpt", "config_NAME.yaml"],
      ["model_NAME.ckpt", "config_NAME.yaml"]
    ),
    // As other releases have them, and what they are called most alike first.
    (["NAME.ckpt", "config_NAME.yaml", "b.yaml"], ["NAME.ckpt", "config_NAME.yaml"]),
    (["NAME.ckpt", "NAME_config.yml", "b.ckpt"], ["NAME.ckpt", "NAME_config.yml"]),
    (["NAME.ckpt", "NAME_config.yaml", "NAME.yaml"], ["NAME.ckpt", "NAME.yaml"]),
    (["NAME.ckpt", "NAME_config.yaml", "config_NAME.yaml"], ["NAME.ckpt", "config_NAME.yaml"]),
    (
      ["NAME.ckpt", "model_NAME.ckpt", "config_NAME.yaml"],
      ["model_NAME.ckpt", "config_NAME.yaml"]
    ),
    (["NAME.ckpt"], []), (["NAME.yaml"], []), (["config_NAME.ckpt", "model_NAME.yaml"], []),
    (["NAME_config.ckpt", "NAME.yaml"], []), (["model_NAME.ckpt", "NAME_config.yaml"], []),
    (["NAME/a.ckpt"], []), (["NAME/a.ckpt", "NAME/b.ckpt", "NAME/a.yaml"], []),
    (["NAME/a.ckpt", "NAME/a.yaml", "NAME/b.yaml"], []),
  ]

  @Test(arguments: shelves)
  func aNameIsAPairOfFiles(files: [String], model: [String]) throws {
    for file in files { try write(file.replacing("NAME", with: "mine"), in: "models") }
    guard !model.isEmpty else {
      let error = #expect(throws: FilterError.self) { try store.find("mine") }
      #expect(error?.code.status == .unavailable)
      #expect(error?.message.hasPrefix("There is no model \"mine\".") == true)
      #expect(!store.otherNames().contains("mine"))
      return
    }
    let found = try store.find("mine")
    #expect(found.name == "mine")
    #expect(found.files == model.map { home.file("models/" + $0.replacing("NAME", with: "mine")) })
    #expect(store.otherNames().contains("mine"))
    #expect(store.place(of: "mine") == found.checkpoint)
    // Each file leads to the other.
    for file in found.files { #expect(try store.find(file).files == found.files) }
    // So does its bare name, as far as it lies in the folder of models itself.
    for file in model where !file.contains("/") {
      let name = file.replacing("NAME", with: "mine")
      #expect(try store.find(name).files == found.files)
    }
  }

  @Test func anEarlierFolderWins() throws {
    try write("a.ckpt", "a.yaml", in: "data/ap/models")
    #expect(try store.find("a").checkpoint == home.file("data/ap/models/a.ckpt"))
    try write("model_a.ckpt", "config_a.yaml", in: "models")
    #expect(try store.find("a").checkpoint == home.file("models/model_a.ckpt"))
  }

  // MARK: By path

  /// Of two files with the same name, the one that is given.
  @Test func theGivenFileIsTheModels() throws {
    try write("a.ckpt", "a.safetensors", "a.yaml", "a.yml", in: "files")
    for file in ["a.ckpt", "a.safetensors"] {
      #expect(try store.find(home.file("files/\(file)")).checkpoint == home.file("files/\(file)"))
    }
    for file in ["a.yaml", "a.yml"] {
      #expect(
        try store.find(home.file("files/\(file)")).configuration == home.file("files/\(file)"))
    }
  }

  /// A path, what lies in its folder, and a part of the sentence.
  @Test(arguments: [
    ("a.ckpt", ["a.ckpt"], "a.ckpt has no YAML file beside it. Put a.yaml into the same folder"),
    ("a.yaml", ["a.yaml"], "a.yaml has no checkpoint beside it. Put a.ckpt into the same folder"),
    (
      "a.ckpt", ["a.ckpt", "b.ckpt", "b.yaml"],
      "a.ckpt has no YAML file of its name beside it. "
        + "Beside it is b.yaml: if that belongs to it, rename it to a.yaml, or give it as --config."
    ),
    (
      "a.ckpt", ["a.ckpt", "b.yaml", "c.yml"],
      "a.ckpt has no YAML file of its name beside it. "
        + "Beside it are b.yaml, c.yml: rename the one that belongs to it to a.yaml, or give it as --config."
    ),
    (
      "a.yaml", ["a.yaml", "b.safetensors", "c.ckpt"],
      "a.yaml has no checkpoint of its name beside it. Beside it are b.safetensors, c.ckpt: "
        + "rename the one that belongs to it to a.safetensors."
    ),
    ("a.ckpt", [], "files/a.ckpt. --list-models"), ("/a.ckpt//", [], "files/a.ckpt. --list-models"),
    (
      "a.bin", ["a.bin", "a.yaml"],
      "a.bin is neither a checkpoint nor a YAML file. Their names end in .ckpt, .safetensors, "
    ),
    ("", ["a.ckpt", "b.ckpt", "a.yaml"], "has not one checkpoint and one YAML file."),
    ("", ["a.ckpt"], "has not one checkpoint and one YAML file."),
  ])
  func whatIsMissingIsSaid(path: String, files: [String], words: String) throws {
    try makeFolder("files")
    for file in files { try write(file, in: "files") }
    let error = #expect(throws: FilterError.self) { try store.find(home.file("files/\(path)")) }
    #expect(error?.code.status == .noInput)
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test func whereABareNameIsLookedForIsSaid() throws {
    let error = #expect(throws: FilterError.self) { try store.find("bs_two.ckpt") }
    #expect(error?.code.status == .noInput)
    let looked = ["models", "data/ap/models"].map(home.file).joined(separator: ", ")
    #expect(
      error?.message
        == "There is no model bs_two.ckpt. Looked in the current folder, \(looked).")
  }

  /// A folder as it is given, what lies in it, and what is said.
  @Test(arguments: ["files", "files/", "/files//"])
  func aFolderWithSeveralNamesThem(folder: String) throws {
    try write("b.ckpt", "b.yaml", "model_a.ckpt", "config_a.yaml", "c.ckpt", in: "files")
    let error = #expect(throws: FilterError.self) { try store.find(home.file(folder)) }
    #expect(error?.code.status == .usage)
    let path = home.file("files")
    #expect(
      error?.description
        == "The folder \(path) holds several models: a, b. Name one, as -m \(path)/model_a.ckpt.")
  }

  /// What a model is given as, with a YAML file of another name, and the checkpoint that is found; nil where none is.
  @Test(arguments: [
    ("files/a.ckpt", "files/a.ckpt"), ("mine.ckpt", "models/mine.ckpt"),
    ("mine", "models/mine.ckpt"), ("pair", "models/model_pair.pt"),
    ("folder", "models/folder/x.th"),
    ("files/pair", "files/pair/y.ckpt"), ("none", nil), ("none.ckpt", nil),
    ("files/none.ckpt", nil),
    ("files/other.yaml", nil),
  ])
  func anyYAMLFileIsTaken(name: String, checkpoint: String?) throws {
    try write("a.ckpt", "b.ckpt", "other.yaml", "pair/y.ckpt", "pair/z.yaml", in: "files")
    try write("mine.ckpt", "model_pair.pt", "config_pair.yaml", in: "models")
    try write("folder/x.th", "folder/x.yaml", in: "models")
    let other = home.file("files/other.yaml")
    let name = name.hasPrefix("files/") ? home.file(name) : name
    guard let checkpoint else {
      #expect(throws: FilterError.self) { try store.find(name, configuration: other) }
      return
    }
    let found = try store.find(name, configuration: other)
    #expect(found.files == [home.file(checkpoint), other])
    let error = #expect(throws: FilterError.self) {
      try store.find(name, configuration: home.file("files"))
    }
    #expect(error?.code == .noInput)
  }

  // MARK: By default

  @Test func theDefaultIsTheKnownModelOrTheOnlyOne() throws {
    var error = #expect(throws: FilterError.self) { try store.find(nil) }
    #expect(error?.message.hasPrefix("The model mel-band-roformer-kim is not installed.") == true)
    #expect(error?.advice == "Get it with: scripts/fetch-models mel-band-roformer-kim")

    try write("model_a.ckpt", "config_a.yaml", in: "models")
    #expect(try store.find(nil).name == "a")

    try write("b.ckpt", "b.yaml", in: "data/ap/models")
    error = #expect(throws: FilterError.self) { try store.find(nil) }
    #expect(error?.code.status == .unavailable)
    #expect(
      error?.advice
        == "Choose one with -m: a, b. Get it with: scripts/fetch-models mel-band-roformer-kim")

    try write("mel-band-roformer-kim.ckpt", "mel-band-roformer-kim.yaml", in: "models")
    #expect(try store.find(nil).name == "mel-band-roformer-kim")
    #expect(store.otherNames() == ["a", "b"])
  }

  @Test func withoutFoldersThereIsNothingToLookInto() {
    let error = #expect(throws: FilterError.self) {
      try RoformerModels(variable: { _ in nil }, executable: nil).find("a")
    }
    #expect(
      error?.message
        == "There is no model \"a\". There is no folder to look in: neither AP_MODELS nor HOME is set."
    )
  }

  // MARK: -

  private var store: RoformerModels {
    let variables = ["AP_MODELS": home.file("models"), "XDG_DATA_HOME": home.file("data")]
    return RoformerModels(variable: { variables[$0] }, executable: nil)
  }

  private func makeFolder(_ name: String) throws {
    #expect(try Command.tool("mkdir", "-p", home.file(name)).run().status == 0)
  }

  private func write(_ files: String..., in folder: String) throws {
    for file in files {
      try makeFolder(FileSystem.parent("\(folder)/\(file)"))
      _ = try home.write([1], to: "\(folder)/\(file)")
    }
  }
}
