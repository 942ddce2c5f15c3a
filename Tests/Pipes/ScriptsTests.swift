import APCore
import TestSupport
import Testing

@Suite struct ScriptsTests {
  static let commands = [
    "ap", "batch-slurm", "bench", "build", "coverage", "doctor", "extract-demucs",
    "extract-roformer", "extract-sam", "fetch-models", "fuzz", "install", "package", "quickstart",
    "sdr", "test", "test-newcomer", "test-package", "test-slurm",
  ]

  @Test func noneIsForgotten() {
    let scripts = "\(Project.root)/scripts"
    #expect(
      FileSystem.names(in: scripts).filter { FileSystem.isExecutable("\(scripts)/\($0)") }
        == Self.commands)
  }

  @Test(arguments: commands, ["-h", "--help"])
  func helpIsUsageAndNothingElse(script: String, option: String) throws {
    let outcome = try Project.script(script, option).run()
    #expect(outcome.status == 0)
    #expect(outcome.text.hasPrefix("Usage: "))
    #expect(outcome.errors.isEmpty)
  }

  /// A word after `ap` may be what the command is called without it.
  @Test(arguments: [
    ("demucs", "ap: the command is ap-demucs\n"),
    ("fetch-models", "ap: the command is ap-fetch-models\n"),
    ("nonesuch", "ap: takes no arguments; "), ("ap-demucs", "ap: takes no arguments; "),
    (".*", "ap: takes no arguments; "),
  ])
  func listOfTheCommandsTakesNone(argument: String, message: String) throws {
    let outcome = try Project.script("ap", argument).run()
    #expect(outcome.status == 64)
    #expect(outcome.errors.hasPrefix(message))
    #expect(outcome.errorLines.count == 1)
  }

  /// The version is judged as a number: 6.10 comes after 6.9, and 10.0 after 6.2.
  @Test(arguments: [
    ("5.10.1", false), ("6.1.2", false), ("6.2", true), ("6.10", true), ("10.0", true),
  ])
  func oldSwiftIsRefusedWithAdvice(version: String, isGood: Bool) throws {
    let folder = try TemporaryFolder()
    try write(
      "#!/bin/sh\n[ \"$1\" = --version ] && echo 'Swift version \(version) (release)'\nexit 3\n",
      as: "swift", in: folder)
    let check = ". '\(Project.root)/scripts/lib/setup.sh'; need_swift; echo good"
    let outcome = try Command.tool("env", "PATH=\(folder.path):/usr/bin:/bin", "bash", "-c", check)
      .run()
    #expect(outcome.status == (isGood ? 0 : 69))
    #expect(outcome.text == (isGood ? "good\n" : ""))
    #expect(isGood || outcome.errors.contains("swift.org/install"))
  }

  /// It is looked for first: nobody installs packages for what cannot be built.
  @Test(arguments: ["build", "install", "quickstart", "test", "bench", "coverage", "fuzz"])
  func missingSwiftIsSaidBeforeAnythingIsInstalled(script: String) throws {
    let folder = try TemporaryFolder()
    let link = Command.tool("ln", "-s", "/usr/bin/dirname", "/usr/bin/realpath", folder.path)
    #expect(try link.run().status == 0)
    let installed = folder.file("installed")
    for tool in ["apt-get", "dpkg-query"] {
      try write("#!/bin/sh\n: >'\(installed)'\nexit 1\n", as: tool, in: folder)
    }
    let path = "\(Project.root)/scripts/\(script)"
    var command = Command.tool("env", "PATH=\(folder.path)", "/bin/bash", path)
    // A folder that the test may write to, whoever runs it.
    if script == "install" { command.arguments.append(folder.path) }
    let outcome = try command.run()
    #expect(outcome.status == 69)
    #expect(outcome.errors.hasPrefix("\(script): there is no 'swift' in PATH."))
    #expect(!Files.exists(installed))
  }

  private func write(_ text: String, as name: String, in folder: TemporaryFolder) throws {
    let path = try folder.write(Array(text.utf8), to: name)
    #expect(try Command.tool("chmod", "+x", path).run().status == 0)
  }
}

@Suite struct SDRTests {
  /// Twice as much true sound as error is 6.02 dB, whatever the cut into records.
  @Test func ratioOverAllSamplesOfAllChannels() throws {
    let noise = Sounds.noise(frames: 5000, channels: 2)
    let estimate = noise.map { $0 / 2 }
    let outcome = try sdr(
      StreamText.whole(["drums": noise], channels: 2),
      StreamText.whole(["mix": estimate], channels: 2, recordFrames: 333))
    #expect(outcome.text == "6.02\n")
    #expect(outcome.status == 0)
  }

  @Test func absentRegionIsSilence() throws {
    var sparse = StreamText(frames: 4)
    sparse.audio([1.0], offset: 1)
    sparse.end(records: 1, frames: ["mix": 4])
    let whole = StreamText.whole(["mix": [0, 1, 0, 0.1]])
    #expect(try sdr(whole, sparse.bytes).text == "20.04\n")
    #expect(try sdr(sparse.bytes, sparse.bytes).text == "inf\n")
  }

  @Test(arguments: [0, 7, 8, 60, 250, 1])
  func cutStreamIsAnError(dropped: Int) throws {
    let whole = StreamText.whole(["mix": Sounds.sine(frames: 100)])
    let cut = dropped == 0 ? [] : Array(whole.dropLast(dropped))
    let outcome = try sdr(whole, cut)
    #expect(outcome.status == 65)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.text.isEmpty)
  }

  @Test func differentLengthsAreAnError() throws {
    let outcome = try sdr(
      StreamText.whole(["mix": [1, 2, 3]]), StreamText.whole(["mix": [1, 2]]))
    #expect(outcome.status == 65)
    #expect(outcome.errors == "sdr: the two differ in rate, channels or length\n")
  }

  private func sdr(_ true: [UInt8], _ estimate: [UInt8]) throws -> Outcome {
    let folder = try TemporaryFolder()
    return try Project.script(
      "sdr", try folder.write(`true`, to: "true"), try folder.write(estimate, to: "estimate")
    ).run()
  }
}
