import TestSupport
import Testing

@Suite struct ManualPagesTests {
  static let filters = Filters.all

  /// What `--help` lists and what the page lists are the same options.
  @Test(arguments: filters)
  func pageHasTheOptionsOfTheHelp(filter: String) throws {
    let help = try Command(filter, "--help").run().text
    let ofHelp = help.split(separator: "\n").filter { $0.hasPrefix("  -") }.flatMap { line in
      line.matches(of: /(?:^  |, |\/)(--[a-z-]+)/).map { String($0.1) }
    }
    let ofPage = try page(filter).split(separator: "\n").filter { $0.hasPrefix(".It Fl ") }
      .flatMap { $0.split(separator: " ").prefix { $0 != "Ar" } }
      .filter { $0.hasPrefix("-") }.map { "-\($0)" }
    #expect(ofHelp.count > 2)
    #expect(Set(ofHelp) == Set(ofPage))
  }

  @Test(arguments: filters)
  func pageHasItsSections(filter: String) throws {
    let lines = try page(filter).split(separator: "\n")
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"] {
      #expect(lines.contains(".Sh \(section)"), "\(section)")
    }
  }

  /// A page's examples may only use options that there are.
  @Test(arguments: filters.map { "\($0).1" } + ["ap-workflow.5", "ap.7", "ap-batch.7"])
  func examplesNameRealOptions(page: String) throws {
    let path = "\(Project.root)/man/man\(page.suffix(1))/\(page)"
    let text = String(decoding: try Files.read(path), as: UTF8.self)
    for command in text.replacing("\\\n", with: " ").split(whereSeparator: { "|\n".contains($0) }) {
      let words = command.split(separator: " ").drop { !$0.hasPrefix("ap-") }
      // After ap-cache's own options comes a filter with others.
      var help = ""
      for word in words.map(String.init) {
        if Self.filters.contains(word) { help = try Command(word, "--help").run().text }
        if word == "ap-batch-slurm" {
          help = try Project.script("batch-slurm", "--help").run().text
        }
        if word.hasPrefix("--") { #expect(help.contains(word), "\(command)") }
      }
    }
  }

  private func page(_ filter: String) throws -> String {
    String(decoding: try Files.read("\(Project.root)/man/man1/\(filter).1"), as: UTF8.self)
  }
}
