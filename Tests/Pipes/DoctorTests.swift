import TestSupport
import Testing

@Suite struct DoctorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func soundInstallationPasses() throws {
    try folder.install("doctor")
    let outcome = try doctor(["AP_CACHE": "off"])
    #expect(outcome.status == 0, "\(outcome.text)")
    let lines = outcome.text.split(separator: "\n")
    for topic in [
      "filters", "models", "processor", "temporary", "cache", "formats", "pipe", "precision",
    ] {
      #expect(lines.contains { $0.hasPrefix("PASS  \(topic) ") }, "\(topic)")
    }
    #expect(outcome.text.contains("htdemucs-mini: /"))
    #expect(
      outcome.text.contains(
        /--precision auto takes (f32|f16|bf16|int8) here: f16 is [0-9]+\.[0-9]{2} times as fast as f32/
      ))
    #expect(outcome.text.contains(/bf16 [0-9]+\.[0-9]{2} times and int8 [0-9]+\.[0-9]{2} times/))
    #expect(outcome.text.contains("cache      turned off"))
    #expect(!outcome.text.contains("FAIL"))
    #expect(!outcome.text.contains("\u{1b}"))
    #expect(outcome.errors == "")
  }

  @Test func missingFilterFails() throws {
    try folder.install("doctor", filters: Filters.all.filter { $0 != "ap-xfade" })
    let outcome = try doctor()
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("FAIL  filters    missing: ap-xfade; run "))
  }

  @Test func filterThatDoesNotStartFails() throws {
    try folder.install("doctor")
    try folder.shell("rm ap-view && printf '#!/bin/sh\\nexit 127\\n' >ap-view && chmod +x ap-view")
    let outcome = try doctor()
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("FAIL  filters    ap-view does not start;"))
  }

  /// A copied binary has left the models of its build behind.
  @Test func noModelFails() throws {
    try folder.install("doctor")
    try folder.shell("rm ap-demucs && cp '\(Command.products)/ap-demucs' .")
    let outcome = try doctor(["XDG_DATA_HOME": folder.path, "AP_MODELS": folder.file("absent")])
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("FAIL  models     ap-demucs finds no models; run "))
    #expect(outcome.text.contains("absent, which is not a folder"))
  }

  /// What a model lacks is a warning, wherever it lies.
  @Test(arguments: ["models", #"mo"d  e\\ls"#, "mödels: /x"])
  func modelThatIsNotCompleteIsNoPass(place: String) throws {
    try folder.install("doctor")
    let path = folder.file(place)
    #expect(try Command.tool("mkdir", "-p", "\(path)/sam-audio-small").run().status == 0)
    try folder.shell("cp -L $(dirname $(readlink -f ap-demucs))/ap_Bundled*/*.safetensors .")
    #expect(
      try Command.tool("cp", folder.file("htdemucs-mini.safetensors"), path).run().status == 0)
    let outcome = try doctor(["AP_MODELS": path])
    #expect(outcome.status == 0, "\(outcome.text)")
    #expect(outcome.text.contains("PASS  models     htdemucs-mini: \(path)/htdemucs-mini.saf"))
    #expect(
      outcome.text.contains(
        "warn  models     sam-audio-small: The model in \(path)/sam-audio-small is not complete"))
    #expect(outcome.text.contains("fetch-models sam-audio-small.\n"))
    #expect(!outcome.text.contains("PASS  models     sam"))
  }

  @Test func unwritableTemporaryFolderFails() throws {
    try folder.install("doctor")
    let outcome = try doctor(["TMPDIR": folder.file("absent")])
    #expect(outcome.status == 1)
    #expect(outcome.text.contains("FAIL  temporary  \(folder.path)/absent is not writable"))
  }

  @Test func damagedModelFails() throws {
    try folder.install("doctor")
    try folder.shell("mkdir models && echo damaged >models/htdemucs-mini.safetensors")
    let outcome = try doctor(["AP_MODELS": folder.file("models")])
    #expect(outcome.status == 1)
    let path = folder.file("models/htdemucs-mini.safetensors")
    #expect(outcome.text.contains("\nwarn  models     htdemucs-mini: \(path) cannot be used: "))
    #expect(outcome.text.contains("\nFAIL  models     ap-demucs finds no models; run "))
    #expect(!outcome.text.contains("PASS  models"))
    #expect(!outcome.text.contains("fetch-models htdemucs-mini"))
  }

  @Test func pipeThatDoesNotWorkFails() throws {
    try folder.install("doctor", filters: Filters.all.filter { $0 != "ap-encode" })
    _ = try folder.write(
      Array("#!/bin/sh\n[ \"$1\" = --version ] || { echo broken >&2; exit 70; }\n".utf8),
      to: "ap-encode")
    try folder.shell("chmod +x ap-encode")
    let outcome = try doctor()
    #expect(outcome.status == 1)
    let line = outcome.text.split(separator: "\n").last
    #expect(line?.hasPrefix("FAIL  pipe       ") == true)
    #expect(line?.contains("fails with exit code 70: ") == true)
    #expect(line?.contains("broken") == true)
  }

  @Test func takesNoArguments() throws {
    #expect(try Project.script("doctor", "now").run().status == 64)
  }

  private func doctor(_ environment: [String: String] = [:]) throws -> Outcome {
    try folder.command(["./doctor"], environment: environment).run()
  }
}
