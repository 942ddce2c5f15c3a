import APCore
import Checkpoints
import Separation
import Tensors
import TestSupport
import Testing

@testable import Demucs

@Suite struct DemucsModelsTests {
  let home: TemporaryFolder
  static let tiny = fixture("demucs/htdemucs_tiny.th")

  init() throws {
    home = try TemporaryFolder()
  }

  // MARK: Where

  @Test func foldersAreSearchedInOrder() {
    let variables = ["AP_MODELS": "/models", "XDG_DATA_HOME": "/data", "HOME": "/home/a"]
    let store = DemucsModels(variable: { variables[$0] }, executable: "/opt/ap/bin/ap-demucs")
    #expect(
      store.shelf.folders == [
        "/models", "/data/ap/models", "/opt/ap/share/ap/models",
        "/opt/ap/bin/ap_BundledModels.resources",
      ])
  }

  @Test func relativeDataHomeIsIgnored() {
    let variables = ["XDG_DATA_HOME": "data", "HOME": "/home/a"]
    let store = DemucsModels(variable: { variables[$0] }, executable: nil)
    #expect(store.shelf.folders == ["/home/a/.local/share/ap/models"])
  }

  @Test func earlierFolderWins() throws {
    try install("htdemucs.safetensors", in: "data/ap/models")
    try install("955717e8-8726e21a.th", in: "models")
    #expect(
      try store().find("htdemucs").paths == [home.file("data/ap/models/htdemucs.safetensors")])
    try install("htdemucs.th", in: "models")
    #expect(try store().find("htdemucs").paths == [home.file("models/htdemucs.th")])
  }

  @Test func bundledModelIsFoundBesideTheTests() throws {
    let found = try DemucsModels.standard.find("htdemucs-mini")
    let bag = try found.open()
    #expect(bag.members.count == 1)
    #expect(bag.members[0].config.channels == 24)
    #expect(bag.members[0].config.segmentFrames == 4 * 44_100)
    #expect(found.notice == nil)
  }

  /// What the reference has downloaded, by any of its versions, and none of the other files there.
  @Test(arguments: [
    ["TORCH_HOME": "torch", "HF_HUB_CACHE": "hub"], ["XDG_CACHE_HOME": ""],
    ["TORCH_HOME": "torch", "HF_HOME": "huggingface"],
  ])
  func cachesOfOtherProgramsAreSearched(variables: [String: String]) throws {
    try install("955717e8-8726e21a.th", in: "torch/hub/checkpoints")
    try install("resnet.pt", in: "torch/hub/checkpoints")
    let hub = variables["HF_HUB_CACHE"] ?? "huggingface/hub"
    let snapshots = "\(hub)/models--adefossez--HTDemucs-ft/snapshots"
    for version in ["1111", "2222"] {
      let files = try #require(DemucsModels.known("htdemucs_ft")).files.map(\.signature)
      for signature in files {
        try install("\(signature).safetensors", in: "\(snapshots)/\(version)")
      }
      try write(
        "models: [\(files.joined(separator: ", "))]\n", "\(snapshots)/\(version)/htdemucs_ft.yaml")
    }
    try makeFolder("\(hub)/models--adefossez--HTDemucs-ft/refs")
    try write("2222\n", "\(hub)/models--adefossez--HTDemucs-ft/refs/main")
    let absolute = variables.mapValues { $0.isEmpty ? home.path : home.file($0) }
    let store = DemucsModels(variable: { absolute[$0] }, executable: nil)
    #expect(
      try store.find("htdemucs").paths == [home.file("torch/hub/checkpoints/955717e8-8726e21a.th")])
    #expect(try store.find(nil).name == "htdemucs")
    let fine = try store.find("htdemucs_ft")
    #expect(fine.paths.count == 4)
    #expect(fine.paths.allSatisfy { $0.hasPrefix(home.file("\(snapshots)/2222/")) })
    #expect(store.list().map(\.name) == DemucsModels.known.map(\.name))
    #expect(store.list().filter { $0.path != nil }.count == 2)

    // A folder of the suite's own comes first.
    try install("htdemucs.th", in: "models")
    var own = absolute
    own["AP_MODELS"] = home.file("models")
    let first = DemucsModels(variable: { own[$0] }, executable: nil)
    #expect(try first.find("htdemucs").paths == [home.file("models/htdemucs.th")])
  }

  // MARK: By default

  @Test func defaultIsTheFullModelWithoutAWord() throws {
    try install("955717e8-8726e21a.th", in: "models")
    let found = try store().find(nil)
    #expect(found.name == "htdemucs")
    #expect(found.notice == nil)
  }

  @Test func withoutItTheBundledModelRunsWithANotice() throws {
    try install("htdemucs-mini.safetensors", in: "prefix/share/ap/models")
    let found = try store().find(nil)
    #expect(found.name == "htdemucs-mini")
    #expect(found.paths == [home.file("prefix/share/ap/models/htdemucs-mini.safetensors")])
    #expect(
      found.notice
        == "Using the small model htdemucs-mini. For much better stems (84 MB): scripts/fetch-models htdemucs"
    )
  }

  @Test func installedScriptIsNamedByItsPath() throws {
    try install("ap-fetch-models", in: "prefix/bin")
    let error = #expect(throws: FilterError.self) { try store().find(nil) }
    #expect(error?.advice == "Get it with: \(home.file("prefix/bin/ap-fetch-models")) htdemucs")
  }

  /// So that it can be called from any folder.
  @Test func scriptOfTheProjectIsNamedByItsPath() throws {
    try install("fetch-models", in: "my project/scripts")
    let store = DemucsModels(
      variable: { _ in nil },
      executable: home.file("my project/.build/x86_64-unknown-linux-gnu/release/ap-demucs"))
    let script = home.file("my project/scripts/fetch-models")
    #expect(store.fetching("htdemucs") == "'\(script)' htdemucs")
  }

  /// The command's name alone is enough where a shell finds it.
  @Test func scriptInPathIsNamedByItsName() throws {
    try install("other", in: "bin")
    _ = try home.write([], to: "bin/ap-fetch-models")
    #expect(try Command.tool("chmod", "+x", home.file("bin/ap-fetch-models")).run().status == 0)
    let variables = ["PATH": home.file("bin")]
    let store = DemucsModels(
      variable: { variables[$0] }, executable: home.file("prefix/bin/ap-demucs"))
    #expect(store.fetching("htdemucs") == "ap-fetch-models htdemucs")
  }

  /// Folders that are there are named, too, even those of other programs.
  @Test func foldersThatAreThereAreNamed() throws {
    try makeFolder("prefix/share/ap/models")
    try makeFolder("torch/hub/checkpoints")
    let variables = ["AP_MODELS": home.file("models"), "TORCH_HOME": home.file("torch")]
    let store = DemucsModels(
      variable: { variables[$0] }, executable: home.file("prefix/bin/ap-demucs"))
    let error = #expect(throws: FilterError.self) { try store.find("htdemucs_6s") }
    let looked = ["models", "prefix/share/ap/models", "torch/hub/checkpoints"].map(home.file)
    #expect(
      error?.message.hasSuffix(" Looked in \(looked.joined(separator: ", ")).") == true,
      "\(error?.message ?? "")")
  }

  // MARK: By name

  @Test func missingModelSaysWhereAndHow() {
    let error = #expect(throws: FilterError.self) { try store().find("htdemucs_6s") }
    #expect(error?.code.status == .unavailable)
    #expect(error?.message.contains("htdemucs_6s is not installed") == true)
    let looked = ["models", "data/ap/models"].map(home.file).joined(separator: ", ")
    #expect(error?.message.hasSuffix(" Looked in \(looked).") == true, "\(error?.message ?? "")")
    #expect(error?.advice == "Get it with: scripts/fetch-models htdemucs_6s")
  }

  @Test func withoutFoldersThereIsNothingToLookInto() {
    let store = DemucsModels(variable: { _ in nil }, executable: nil)
    for (name, message) in [
      ("htdemucs", "The model htdemucs is not installed."),
      (nil, "The model htdemucs is not installed."),
      ("mine", "There is no model \"mine\"."),
    ] {
      let error = #expect(throws: FilterError.self) { try store.find(name) }
      #expect(
        error?.message
          == "\(message) There is no folder to look in: neither AP_MODELS nor HOME is set.")
    }
  }

  @Test func unknownModelNamesTheKnownOnes() {
    let error = #expect(throws: FilterError.self) { try store().find("mdx_extra") }
    #expect(error?.code.status == .unavailable)
    #expect(
      error?.advice
        == "Models of Demucs v3 and earlier are not supported. Known models are "
        + "htdemucs, htdemucs_ft, htdemucs_6s, htdemucs-mini; a file is given by its path.")
  }

  @Test func knownBagNeedsAllItsFiles() throws {
    let files = try #require(DemucsModels.known("htdemucs_ft")).files
    for file in files.dropLast() { try install(file.name, in: "models") }
    let error = #expect(throws: FilterError.self) { try store().find("htdemucs_ft") }
    #expect(error?.message.contains("completely: 04573f0d-f3cf25b2.th is missing") == true)
    try install(files[3].name, in: "data/ap/models")
    let bag = try store().find("htdemucs_ft").open()
    #expect(bag.members.count == 4)
    #expect(bag.membersNeeded(for: ["vocals"]) == [3])
  }

  @Test(arguments: ["mine", "955717e8"]) func checkpointIsFoundByItsSignature(name: String) throws {
    try install("\(name)-0123abcd.th", in: "models")
    try install("\(name)-not-a-sum.th", in: "models")
    #expect(try store().find(name).paths == [home.file("models/\(name)-0123abcd.th")])
  }

  @Test func bagOfTheUsersIsFoundByName() throws {
    try install("one.th", in: "models")
    try install("two-0123abcd.th", in: "data/ap/models")
    try write("models: [one, 'two']\nweights: [[1, 0, 0, 0], [1, 1, 1, 1]]\n", "models/both.yaml")
    let bag = try store().find("both").open()
    #expect(bag.members.map(\.checkpoint.path).last == home.file("data/ap/models/two-0123abcd.th"))
    #expect(bag.members.map(\.weights) == [[1, 0, 0, 0], [1, 1, 1, 1]])
  }

  @Test func bagWithoutAMemberIsRefused() throws {
    try makeFolder("models")
    try write("models: [absent]\n", "models/both.yaml")
    let error = #expect(throws: FilterError.self) { try store().find("both") }
    #expect(error?.code.status == .unavailable)
    #expect(error?.message.contains("\"absent\"") == true)
  }

  // MARK: By path

  @Test func pathIsTakenAsItIs() throws {
    let found = try store().find(Self.tiny)
    #expect(found.paths == [Self.tiny])
    #expect(found.name == "htdemucs_tiny")
  }

  @Test func membersOfABagLieBesideIt() throws {
    try install("a.th", in: "elsewhere")
    try write("models: [a]\n", "elsewhere/b.yml")
    #expect(
      try store().find(home.file("elsewhere/b.yml")).paths == [home.file("elsewhere/a.th")])
    #expect(try store().find(home.file("elsewhere")).name == "b")
  }

  @Test func folderWithSeveralModelsIsAmbiguous() throws {
    try install("a.th", in: "elsewhere")
    try install("b.th", in: "elsewhere")
    let error = #expect(throws: FilterError.self) { try store().find(home.file("elsewhere")) }
    #expect(error?.code.status == .usage)
    #expect(
      error?.description
        == "The folder \(home.file("elsewhere")) holds several models: a.th, b.th. "
        + "Name one, as -m \(home.file("elsewhere"))/a.th.")
  }

  /// A file's bare name may be that of one in a folder of models.
  @Test(arguments: [("/nonexistent/x", false), ("/nonexistent//x.th/", false), ("x.th", true)])
  func missingPathIsNoInput(path: String, isLookedFor: Bool) {
    let error = #expect(throws: FilterError.self) { try store().find(path) }
    #expect(error?.code.status == .noInput)
    let looked = ["models", "data/ap/models"].map(home.file).joined(separator: ", ")
    let shown = path.contains("//") ? "/nonexistent/x.th" : path
    #expect(
      error?.message
        == "There is no model \(shown)."
        + (isLookedFor ? " Looked in the current folder, \(looked)." : ""))
  }

  @Test(arguments: ["mine.th", "mine.safetensors", "mine.pt", "mine.ckpt"])
  func bareFileNameIsLookedForOnTheShelf(file: String) throws {
    try install(file, in: "data/ap/models")
    #expect(try store().find(file).paths == [home.file("data/ap/models/\(file)")])
    try install(file, in: "models")
    #expect(try store().find(file).paths == [home.file("models/\(file)")])
    #expect(throws: FilterError.self) { try store().find("./\(file)") }
  }

  @Test func bareNameOfABagsFileIsLookedForOnTheShelf() throws {
    try install("one.th", in: "models")
    try write("models: [one]\n", "models/both.yaml")
    #expect(try store().find("both.yaml").paths == [home.file("models/one.th")])
  }

  @Test func emptyFolderIsNoInput() throws {
    try makeFolder("empty")
    let error = #expect(throws: FilterError.self) { try store().find(home.file("empty")) }
    #expect(error?.code.status == .noInput)
  }

  // MARK: The list

  @Test func listShowsKnownAndFoundModels() throws {
    try install("955717e8-8726e21a.th", in: "models")
    try install("mine.th", in: "models")
    try write("not a model", "models/broken.th")
    let list = store().list()
    #expect(
      list.map(\.name) == [
        "htdemucs", "htdemucs_ft", "htdemucs_6s", "htdemucs-mini", "broken", "mine",
      ])
    #expect(list[0].path == home.file("models/955717e8-8726e21a.th"))
    let sources = ["drums", "bass", "other", "vocals"]
    let tiny = [ModelDetail.stems(sources, written: sources), .seconds(2.5)]
    #expect(list[0].details == tiny)
    #expect(list[2].path == nil)
    #expect(
      list[2].details == [
        .stems(sources + ["guitar", "piano"], written: sources + ["guitar", "piano"]),
        .seconds(7.8),
      ])
    #expect(list[2].licence == "MIT")
    #expect(list[4].problem?.contains("neither") == true)
    #expect(list[4].fault?.hasPrefix("unusable: \(home.path)") == true)
    #expect(list[4].details == [.unknown, .unknown])
    #expect(list[5].details == tiny)
    #expect(list[5].licence == nil)
  }

  // MARK: -

  private func store() -> DemucsModels {
    let variables = ["AP_MODELS": home.file("models"), "XDG_DATA_HOME": home.file("data")]
    return DemucsModels(
      variable: { variables[$0] }, executable: home.file("prefix/bin/ap-demucs"))
  }

  private func makeFolder(_ name: String) throws {
    #expect(try Command.tool("mkdir", "-p", home.file(name)).run().status == 0)
  }

  private func write(_ text: String, _ name: String) throws {
    _ = try home.write(Array(text.utf8), to: name)
  }

  /// A small real checkpoint under another name.
  private func install(_ name: String, in folder: String) throws {
    try makeFolder(folder)
    let link = Command.tool("ln", "-s", Self.tiny, home.file("\(folder)/\(name)"))
    #expect(try link.run().status == 0)
  }
}
