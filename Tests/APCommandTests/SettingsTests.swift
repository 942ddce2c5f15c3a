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
    #expect(try SettingsFile.parse(text, path: "f").given.isEmpty)
  }

  /// Nesting must not use up the stack: the largest file that is read, of brackets only.
  @Test func aDeepFileIsAnError() {
    let text = String(repeating: "[", count: SettingsFile.maximumBytes)
    #expect(throws: FilterError.self) { try SettingsFile.parse(text, path: "f") }
  }
}
