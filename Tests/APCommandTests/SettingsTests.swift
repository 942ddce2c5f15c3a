import APCore
import ArgumentParser
import TestSupport
import Testing

@testable import APCommand

@Suite struct SettingsTests {
  @Test func eachValueHasItsOrigin() throws {
    let folder = try TemporaryFolder()
    _ = try Command.tool("mkdir", folder.file("ap")).run()
    let file = try folder.write(
      Array("# mine\ndevice: cpu\nthreads:   4\n".utf8), to: "ap/config.yaml")
    let variables = [
      "XDG_CONFIG_HOME": folder.path, "AP_PROGRESS": "json", "AP_THREADS": "", "TMPDIR": "/x",
    ]
    let options = try CommonOptions.parse(["--log-level", "warning"])
    let settings = try Settings.resolve(options) { variables[$0] }
    #expect(
      settings.entries.map { "\($0.setting.rawValue) \($0.value) \($0.origin)" } == [
        "log-level warning --log-level",
        "progress json AP_PROGRESS",
        "threads 4 \(file):3:12",
        "temp-dir /x TMPDIR",
        "device cpu \(file):2:9",
      ])
  }

  /// A relative path is to be ignored (XDG Base Directory Specification).
  @Test(
    arguments: [
      (["XDG_CONFIG_HOME": "/c", "HOME": "/h"], "/c/ap/config.yaml"),
      (["XDG_CONFIG_HOME": "c", "HOME": "/h"], "/h/.config/ap/config.yaml"),
      (["XDG_CONFIG_HOME": "", "HOME": "/h"], "/h/.config/ap/config.yaml"),
      (["HOME": ""], nil), ([:], nil),
    ] as [([String: String], String?)])
  func theFileIsWhereTheUserHasIt(variables: [String: String], path: String?) {
    #expect(SettingsFile.path { variables[$0] } == path)
  }

  @Test(arguments: [
    (Setting.quiet, "AP_QUIET"), (.logLevel, "AP_LOG_LEVEL"), (.tempDir, "AP_TEMP_DIR"),
  ])
  func theVariableIsTheOptionInCapitals(setting: Setting, variable: String) {
    #expect(setting.variable == variable)
  }

  @Test(arguments: ["", "# nothing\n", "---\n", "~"])
  func aFileMaySayNothing(text: String) throws {
    let file = try SettingsFile.parse(text, path: "f")
    #expect(file.settings.given.isEmpty)
    #expect(file.options.isEmpty)
    #expect(file.warnings.isEmpty)
  }

  @Test func filtersHaveOptions() throws {
    let text = """
      threads: 4
      demucs:
        model: htdemucs_ft
        shifts: 2
      sam: {prompt: [dog, a man], stereo: yes}
      encode:
      decoder: {rate: 1}
      cache: {max-size: 1G}
      """
    let file = try SettingsFile.parse(text, path: "f")
    #expect(
      file.options.map { "\($0.filter) \($0.name) \($0.values) \($0.origin)" } == [
        "ap-demucs model [\"htdemucs_ft\"] f:3:10", "ap-demucs shifts [\"2\"] f:4:11",
        "ap-sam prompt [\"dog\", \"a man\"] f:5:15", "ap-sam stereo [\"yes\"] f:5:37",
      ])
    #expect(file.settings.given.keys.map(\.rawValue) == ["threads"])
    #expect(
      file.warnings.map { $0.prefix(40) } == [
        "f:7:1: there is no setting \"decoder\". Th".prefix(40),
        "f:8:1: there is no setting \"cache\". Ther".prefix(40),
      ])
  }

  @Test(arguments: ["demucs: 4", "demucs: [a]", "demucs: {model: {a: b}}", "sam: {prompt: [[a]]}"])
  func whatIsNoOptionIsAnError(text: String) {
    let error = #expect(throws: FilterError.self) { try SettingsFile.parse(text, path: "f") }
    #expect(error?.code == .configuration)
    #expect(error?.message.hasPrefix("f:1:") == true)
  }

  /// Nesting must not use up the stack: the largest file that is read, of brackets only.
  @Test func aDeepFileIsAnError() {
    let text = String(repeating: "[", count: SettingsFile.maximumBytes)
    #expect(throws: FilterError.self) { try SettingsFile.parse(text, path: "f") }
  }
}
