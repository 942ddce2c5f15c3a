import TestSupport
import Testing

/// `--help` is a part of the interface: a change of it is seen in review.
@Suite struct HelpTests {
  private static func help(_ filter: String) throws -> Outcome {
    try Command(filter, "--help", environment: ["COLUMNS": "80"]).run()
  }

  /// After a change that is meant: `AP_UPDATE_SNAPSHOTS=1 scripts/test --filter HelpTests`.
  @Test(arguments: Filters.all)
  func helpIsTheSnapshot(filter: String) throws {
    let path = "\(Project.root)/Tests/Pipes/Snapshots/\(filter).txt"
    let outcome = try Self.help(filter)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    if Environment.isSet("AP_UPDATE_SNAPSHOTS") { try Files.write(outcome.output, to: path) }
    #expect(outcome.text == String(decoding: try Files.read(path), as: UTF8.self))
  }

  @Test(arguments: Filters.all)
  func everyOptionStandsInTheManual(filter: String) throws {
    let help = try Self.help(filter).text
    let options = Set(help.matches(of: /--([a-z][a-z0-9-]*)/).map { String($0.1) })
    let page = String(
      decoding: try Files.read("\(Project.root)/man/man1/\(filter).1"), as: UTF8.self)
    let documented = Set(
      page.matches(of: /(?m)^\.It Fl (?:[a-z] , )?-([a-z][a-z0-9-]*)/).map { String($0.1) })
    #expect(options.count > 5)
    #expect(options == documented)
  }
}
