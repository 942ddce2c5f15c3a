import Digests
import TestSupport
import Testing

/// The script against a server on loopback that cuts, corrupts and refuses.
@Suite struct FetchModelsTests {
  /// 300,000 bytes without a pattern, so that a piece in the wrong place is noticed.
  static let content: [UInt8] = (0..<300_000).map {
    UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13)
  }
  static let file: String = {
    var digest = Digest()
    content.withUnsafeBytes { digest.add($0) }
    return "0badcafe-\(digest.text.prefix(8)).th"
  }()

  struct Fault: Sendable, CustomTestStringConvertible {
    let name: String
    /// What an earlier run left behind, as a count of the file's bytes.
    var part: Int?
    /// The first byte each request must ask for.
    let requests: [Int]
    var testDescription: String { "\(name), \(part ?? 0) bytes there" }
  }

  @Test(arguments: [
    Fault(name: "none", requests: [0]),
    Fault(name: "none", part: 123_456, requests: [123_456]),
    Fault(name: "none", part: 300_000, requests: []),
    Fault(name: "cut-once=70000", requests: [0, 70_000]),
    Fault(name: "cut=100000", requests: [0, 100_000, 200_000]),
    Fault(name: "flip-once", requests: [0, 0]),
    Fault(name: "no-ranges", part: 1000, requests: [1000, 0]),
    Fault(name: "status-once=503", part: 1000, requests: [1000, 1000]),
  ])
  func fileArrivesWhole(fault: Fault) throws {
    let models = try TemporaryFolder()
    if let part = fault.part {
      _ = try models.write(Array(Self.content[..<part]), to: "\(Self.file).part")
    }
    let outcome = try fetch(fault.name, into: models)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(requests(of: outcome) == fault.requests)
    #expect(try models.list() == [Self.file])
    #expect(try Files.read(models.file(Self.file)) == Self.content)
  }

  /// A part of another file has the right length and the wrong bytes: it costs one download more.
  @Test func damagedPartIsThrownAway() throws {
    let models = try TemporaryFolder()
    _ = try models.write([UInt8](repeating: 7, count: 5000), to: "\(Self.file).part")
    let outcome = try fetch("none", into: models)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(requests(of: outcome) == [5000, 0])
    #expect(try Files.read(models.file(Self.file)) == Self.content)
  }

  @Test func fileThatIsThereIsChecked() throws {
    let models = try TemporaryFolder()
    _ = try models.write(Self.content, to: Self.file)
    #expect(requests(of: try fetch("status=500", into: models)) == [])
    _ = try models.write(Array(Self.content.dropLast()), to: Self.file)
    let outcome = try fetch("none", into: models)
    #expect(requests(of: outcome) == [0])
    #expect(outcome.errors.contains("is damaged"))
    #expect(try Files.read(models.file(Self.file)) == Self.content)
  }

  @Test func corruptionThatStaysIsAnError() throws {
    let models = try TemporaryFolder()
    let outcome = try fetch("flip", into: models)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("damaged twice"))
    #expect(requests(of: outcome) == [0, 0])
    #expect(try models.list().isEmpty)
  }

  @Test func refusalIsAnError() throws {
    let models = try TemporaryFolder()
    let outcome = try fetch("status=404", into: models)
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("HTTP 404"))
    #expect(requests(of: outcome) == [0])
    #expect(try models.list().isEmpty)
  }

  /// It is said once, with another way to get the file. An empty folder would look like a model.
  @Test(arguments: ["127.0.0.1:1", "nonesuch.invalid"], [false, true])
  func hostThatCannotBeReachedIsNamed(host: String, isThere: Bool) throws {
    let models = try TemporaryFolder()
    if isThere { try models.shell("mkdir sam-audio-small") }
    let outcome = try Project.script(
      "fetch-models", "sam-audio-small",
      environment: ["AP_MODELS": models.path, "AP_MODELS_URL": "http://\(host)/at"]
    ).run()
    #expect(outcome.status == 69)
    #expect(outcome.errorLines.count == 3, "\(outcome.errors)")
    #expect(outcome.errorLines.count(where: { $0.contains("curl: (") }) == 1)
    #expect(
      outcome.errors.contains(
        """
        cannot reach \(host); is there a network? \
        (Or put config.json into \(models.path)/sam-audio-small yourself.)
        """))
    #expect(try models.list() == (isThere ? ["sam-audio-small"] : []))
  }

  /// curl's words come at the end, of the last address.
  @Test func twoHostsThatCannotBeReachedAreBothNamed() throws {
    let models = try TemporaryFolder()
    let outcome = try Project.script(
      "fetch-models", "htdemucs",
      environment: ["AP_MODELS": models.path, "AP_MODELS_URL": "http://127.0.0.1:1"]
    ).run()
    #expect(outcome.status == 69)
    #expect(outcome.errorLines.count(where: { $0.contains("cannot reach 127.0.0.1:1") }) == 2)
    #expect(outcome.errorLines.count(where: { $0.contains("is there a network?") }) == 1)
    #expect(outcome.errorLines.count(where: { $0.contains("curl: (") }) == 1)
    #expect(
      outcome.errors.hasSuffix("(Or put 955717e8.safetensors into \(models.path) yourself.)\n"))
  }

  /// What has arrived stays for the next run.
  @Test func serverThatGivesUpLeavesThePart() throws {
    let models = try TemporaryFolder()
    _ = try models.write(Array(Self.content[..<1000]), to: "\(Self.file).part")
    let outcome = try fetch("status=503", into: models)
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("run this again"))
    #expect(outcome.errors.contains("error: 503"))
    #expect(outcome.errorLines.count == 3)
    #expect(try models.list() == ["\(Self.file).part"])
    #expect(try Files.read(models.file("\(Self.file).part")).count == 1000)
  }

  /// Two that wrote the same part would mix their bytes. What the other one has got is not downloaded again.
  @Test func anotherDownloadIsWaitedFor() throws {
    let models = try TemporaryFolder()
    _ = try models.write(Self.content, to: "made")
    let script = """
      exec 9<. && flock 9
      '\(Project.root)/scripts/fetch-models' '\(Self.file)' 2>words 9<&- &
      while ! grep -s waiting words >/dev/null && kill -0 $!; do sleep 0.05; done
      mv made '\(Self.file)'; exec 9<&-
      wait $! && cat words
      """
    let outcome = try models.command(
      ["bash", "-c", script],
      environment: ["AP_MODELS": models.path, "AP_MODELS_URL": "http://127.0.0.1:1"]
    ).run()
    #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
    #expect(
      outcome.text.hasPrefix(
        "fetch-models: waiting for another one that downloads to \(models.path)\n"))
    #expect(outcome.text.contains("\(Self.file) is there already\n"))
    #expect(!outcome.text.contains("downloading"))
  }

  @Test(arguments: [
    [], ["nonesuch"], ["--fast"], ["htdemucs", "x.th"],
    ["sam-audio-tiny"], ["mel-band-roformer-kim.bin"], ["sam-audio-small/x"], ["t5-base/"],
  ])
  func wrongUseIsRefused(arguments: [String]) throws {
    let outcome = try Command(
      executable: "\(Project.root)/scripts/fetch-models", arguments,
      environment: ["AP_MODELS": "/nonexistent"]
    ).run()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("htdemucs_6s") || outcome.errors.contains("--help"))
  }

  @Test func foldersAreThoseOfTheSearch() throws {
    let home = try TemporaryFolder()
    let folder = home.file(".local/share/ap/models")
    #expect(try Command.tool("mkdir", "-p", folder).run().status == 0)
    try Files.write([], to: "\(folder)/5c90dfd2-34c22ccb.th")
    let outcome = try Project.script(
      "fetch-models", "--list",
      environment: ["AP_MODELS": "", "XDG_DATA_HOME": "relative", "HOME": home.path]
    ).run()
    #expect(outcome.status == 0)
    #expect(outcome.text.contains("htdemucs\tnot installed\t955717e8-8726e21a.th\n"))
    #expect(outcome.text.contains("htdemucs_6s\tinstalled\t5c90dfd2-34c22ccb.th\n"))
  }

  // MARK: Models that one has to ask for

  static let configuration = "sam-audio-small/config.json"
  static let token = "hf_0123456789-ABCdef"

  /// The released file is a fixture. The token is shown to the hub and not to the server that the hub sends us on to;
  /// and nobody sees it in the list of processes.
  @Test(arguments: [nil, 1000] as [Int?]) func tokenOpensAGatedModel(part: Int?) throws {
    let models = try TemporaryFolder()
    let content = try Files.read(fixture("sam-audio/configs/small.json"))
    if let part {
      #expect(try Command.tool("mkdir", models.file("sam-audio-small")).run().status == 0)
      _ = try models.write(Array(content[..<part]), to: "\(Self.configuration).part")
    }
    let outcome = try fetch(
      "gated=\(Self.token)", into: models, Self.configuration, content: content, token: Self.token)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(requests(of: outcome) == [part ?? 0])
    #expect(try Files.read(models.file(Self.configuration)) == content)
    #expect(try models.list() == ["sam-audio-small"])
    #expect(!outcome.errors.contains(Self.token))
  }

  @Test(
    arguments: [
      (nil, ["HTTP 401", "ask for access there", "huggingface.co/settings/tokens", "HF_TOKEN"]),
      ("another", ["HTTP 403", "HF_TOKEN gives no access", "ask for access there"]),
    ] as [(String?, [String])])
  func whoHasNoAccessIsToldHowToGetIt(token: String?, words: [String]) throws {
    let models = try TemporaryFolder()
    let outcome = try fetch(
      "gated=\(Self.token)", into: models, "sam-audio-small", content: [], token: token)
    #expect(outcome.status == 69)
    for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    #expect(outcome.errors.contains("/facebook/sam-audio-small"))
    #expect(outcome.errors.contains("another") == false)
    #expect(requests(of: outcome).isEmpty)
  }

  /// Nobody is asked in vain. What is there needs no token.
  @Test func missingTokenIsToldWithoutANetwork() throws {
    let models = try TemporaryFolder()
    _ = try models.write(Array("#!/bin/sh\ntouch called\n".utf8), to: "curl")
    try models.shell("chmod +x curl")
    func fetch(_ name: String) throws -> Outcome {
      try models.command(
        [
          "sh", "-c", "PATH=$PWD:$PATH exec \"$0\" \(name)", "\(Project.root)/scripts/fetch-models",
        ],
        environment: ["AP_MODELS": models.path, "AP_MODELS_URL": "", "HF_TOKEN": ""]
      ).run()
    }
    let outcome = try fetch("sam-audio-small")
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("facebook/sam-audio-small gives its files only to those"))
    #expect(outcome.errors.contains("huggingface.co/settings/tokens"))
    #expect(outcome.errors.contains("HF_TOKEN=<token>"))
    #expect(try models.list() == ["curl"])
    try models.shell("mkdir sam-audio-small")
    _ = try models.write(
      try Files.read(fixture("sam-audio/configs/small.json")), to: Self.configuration)
    #expect(try fetch(Self.configuration).status == 0)
    #expect(!Files.exists(models.file("called")))
  }

  @Test func unknownTokenIsTold() throws {
    let models = try TemporaryFolder()
    let outcome = try fetch(
      "status=401", into: models, Self.configuration, content: [1], token: Self.token)
    #expect(outcome.status == 69)
    #expect(outcome.errors.contains("does not know the token in HF_TOKEN"))
    #expect(!outcome.errors.contains(Self.token))
  }

  @Test func tokenOfOtherCharactersIsRefused() throws {
    let models = try TemporaryFolder()
    let outcome = try fetch(
      "none", into: models, Self.configuration, content: [1], token: "a\"\nurl = \"http://x")
    #expect(outcome.status == 78)
    #expect(requests(of: outcome).isEmpty)
  }

  /// The whole model begins with a small file, and the text encoder comes with it.
  @Test func wrongWeightsAreNotTaken() throws {
    let models = try TemporaryFolder()
    let content = try Files.read(fixture("sam-audio/configs/small.json"))
    let outcome = try fetch("none", into: models, "sam-audio-small", content: content)
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("sam-audio-small/checkpoint.pt arrived damaged twice"))
    #expect(requests(of: outcome) == [0, 0, 0])
    #expect(try Command.tool("ls", models.file("sam-audio-small")).run().text == "config.json\n")
  }

  /// Where one address refuses, or gives something else, the next one is asked. The last one's failure counts.
  @Test(arguments: [
    ("none", 65, [0, 0, 0, 0]), ("status=404", 69, [0, 0]), ("status-once=404", 65, [0, 0, 0]),
  ])
  func anotherAddressIsTried(fault: String, status: Int32, requested: [Int]) throws {
    let models = try TemporaryFolder()
    let outcome = try fetch(fault, into: models, "mel-band-roformer-kim.ckpt")
    #expect(outcome.status == status)
    #expect(outcome.errors.contains("trying another address"))
    #expect(outcome.errorLines.last?.contains("vocals_mel_band_roformer.ckpt") == true)
    #expect(requests(of: outcome) == requested)
    #expect(try models.list().isEmpty)
  }

  /// No other address helps where the disk is full, or somebody wants it to end.
  @Test(arguments: [
    ("none", true, 74, "is the disk full?"), ("signal=2", false, 130, "signal 2 ended curl"),
    ("signal=9", false, 137, "signal 9 ended curl"),
  ])
  func noOtherAddressIsTriedInVain(
    fault: String, isFull: Bool, status: Int32, words: String
  ) throws {
    let models = try TemporaryFolder()
    let file = "mel-band-roformer-kim.ckpt"
    if isFull { try models.shell("ln -s /dev/full \(file).part") }
    let outcome = try fetch(fault, into: models, file)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 2)
    #expect(outcome.errorLines.last?.contains(words) == true)
    #expect(requests(of: outcome) == [0])
    #expect(!Files.exists(models.file(file)))
  }

  /// The same weights, as the reference's newer versions take them, under the name that they have there.
  @Test(arguments: [
    ("955717e8-8726e21a.th", "HTDemucs"), ("f7e0c4bc-ba3fe64a.th", "HTDemucs-ft"),
    ("d12395a8-e57c48e6.th", "HTDemucs-ft"), ("92cfc3b6-ef3bcb9c.th", "HTDemucs-ft"),
    ("04573f0d-f3cf25b2.th", "HTDemucs-ft"), ("5c90dfd2-34c22ccb.th", "HTDemucs-6s"),
  ])
  func demucsHasAnotherAddress(file: String, repository: String) throws {
    let models = try TemporaryFolder()
    let outcome = try fetch("none", into: models, file)
    #expect(outcome.status == 65)
    let other = "\(file.prefix(8)).safetensors"
    #expect(outcome.errors.contains("\(file) arrived damaged twice"))
    #expect(outcome.errors.contains("trying another address"))
    #expect(outcome.errors.contains("/adefossez/\(repository)/resolve/"))
    #expect(outcome.errors.contains("/\(other) serves is not what was released"))
    #expect(try models.list().isEmpty)
    // Either will do.
    _ = try models.write([], to: other)
    var list = Command(executable: "\(Project.root)/scripts/fetch-models", ["--list"])
    list.environment["AP_MODELS"] = models.path
    let lines = try list.run().text.split(separator: "\n").filter { $0.contains(file) }
    let isComplete = repository != "HTDemucs-ft"
    #expect(lines.map { $0.contains("not installed") } == [!isComplete])
  }

  // MARK: Files whose SHA-256 nobody published

  private static let folder = "sam-audio-large-tv"
  private static let unknown = "\(folder)/config.json"

  private func names(in models: TemporaryFolder) throws -> [Substring] {
    try Command.tool("ls", "-A", models.file(Self.folder)).run().text.split(separator: "\n")
  }

  /// A part of another file, which the next run must not go on with: its entity tag, and the first byte each request asks for.
  @Test(
    arguments: [
      ("cut-once=100000", nil, [0, 100_000]), ("cut-once=100000", "", [0, 100_000]),
      ("cut-once=100000", "\"another\"\n", [1000, 0]),
      ("no-tag", nil, [0]), ("no-tag", "\"another\"\n", [1000, 0]),
    ] as [(String, String?, [Int])])
  func partOfAnotherFileIsThrownAway(fault: String, tag: String?, asked: [Int]) throws {
    let models = try TemporaryFolder()
    try models.shell("mkdir \(Self.folder)")
    _ = try models.write([UInt8](repeating: 7, count: 1000), to: "\(Self.unknown).part")
    if let tag { _ = try models.write(Array(tag.utf8), to: "\(Self.unknown).part.etag") }
    let outcome = try fetch(fault, into: models, Self.unknown)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(requests(of: outcome) == asked)
    #expect(try Files.read(models.file(Self.unknown)) == Self.content)
    #expect(try names(in: models) == ["config.json"])
  }

  /// What a run left that broke off is gone on with, unless the server has another file by then.
  @Test(arguments: [true, false]) func partOfTheSameFileIsGoneOnWith(isSame: Bool) throws {
    let models = try TemporaryFolder()
    let first = try fetch("stop=70000", into: models, Self.unknown)
    #expect(first.status == 69)
    #expect(first.errors.contains("run this again to resume it"))
    #expect(try Files.read(models.file("\(Self.unknown).part")) == Array(Self.content[..<70_000]))
    let content = isSame ? Self.content : Self.content.reversed()
    let second = try fetch("none", into: models, Self.unknown, content: content)
    #expect(second.status == 0, "\(second.errors)")
    #expect(requests(of: second) == (isSame ? [70_000] : [70_000, 0]))
    #expect(try Files.read(models.file(Self.unknown)) == content)
    #expect(try names(in: models) == ["config.json"])
  }

  // MARK: -

  private func fetch(
    _ fault: String, into models: TemporaryFolder, _ name: String = file,
    content: [UInt8] = content, token: String? = nil
  ) throws -> Outcome {
    let server = try TemporaryFolder()
    let served = try server.write(content, to: "served")
    var command = Command.tool(
      "python3", fixture("servers/serve.py"), fault, served, "\(Project.root)/scripts/fetch-models",
      name)
    command.environment["AP_MODELS"] = models.path
    command.environment["HF_TOKEN"] = token ?? ""
    return try command.run()
  }

  private func requests(of outcome: Outcome) -> [Int] {
    outcome.text.split(separator: "\n").compactMap { Int($0) }
  }
}
