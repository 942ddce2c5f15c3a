import TestSupport
import Testing

/// `--help` is a part of the interface: a change of it is seen in review.
@Suite struct HelpTests {
  /// After a change that is meant: `AP_UPDATE_SNAPSHOTS=1 scripts/test --filter HelpTests`.
  @Test(arguments: Filters.all)
  func helpIsTheSnapshot(filter: String) throws {
    let path = "\(Project.root)/Tests/Pipes/Snapshots/\(filter).txt"
    let outcome = try Command(filter, "--help", environment: ["COLUMNS": "80"]).run()
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    if Environment.isSet("AP_UPDATE_SNAPSHOTS") { try Files.write(outcome.output, to: path) }
    #expect(outcome.text == String(decoding: try Files.read(path), as: UTF8.self))
  }
}
