import APCore
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

  private static let pages = ["man1", "man5", "man7"].flatMap { folder in
    FileSystem.names(in: "\(Project.root)/man/\(folder)").filter { !$0.hasPrefix(".") }
      .map { "man/\(folder)/\($0)" }
  }

  /// What is shown to be typed may only use options that there are.
  @Test(arguments: pages)
  func examplesNameRealOptions(page: String) throws {
    try checkOptions(in: String(decoding: Files.read("\(Project.root)/\(page)"), as: UTF8.self))
  }

  @Test func examplesOfTheReadmeNameRealOptions() throws {
    let text = String(decoding: try Files.read("\(Project.root)/README.md"), as: UTF8.self)
    let blocks = text.matches(of: /(?s)```sh\n(.*?)```/).map { String($0.1) }
    #expect(blocks.count > 1)
    #expect(try blocks.map(checkOptions).reduce(0, +) > 20)
  }

  /// The page has the table that the scripts take their words from, and that names options that there are.
  @Test(arguments: ["demucs", "roformer"])
  func pageHasTheOptionsOfOtherPrograms(network: String) throws {
    let table = try Files.read("\(Project.root)/scripts/lib/other-programs.tsv")
    let rows = String(decoding: table, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows.allSatisfy { $0.count == 4 })
    let own = rows.filter { $0[0] == "extract-\(network)" }
    #expect(own.count > 10)
    var lines: [String] = []
    for (index, row) in own.enumerated() {
      if index == 0 || own[index - 1][1] != row[1] { lines.append(".It Sy \(row[1]) Ta Sy here") }
      lines.append(".It \(row[2]) Ta \(row[3])")
    }
    let section = try page("extract-\(network)").split(separator: "\n")
      .drop { $0 != ".Sh COMING FROM OTHER PROGRAMS" }.prefix { $0 != ".El" }
    #expect(section.filter { $0.hasPrefix(".It ") }.map(String.init) == lines)

    var helps = ""
    for command in ["extract-demucs", "extract-roformer"] { helps += try help(of: command) ?? "" }
    let options = Set(helps.matches(of: /--[a-z][a-z0-9-]*/).map(\.output))
    for option in own.flatMap({ $0[3].matches(of: /--[a-z][a-z0-9-]*/).map(\.output) }) {
      #expect(options.contains(option), "\(option)")
    }
  }

  /// - Returns: how many options of commands there are.
  @discardableResult private func checkOptions(in text: String) throws -> Int {
    var count = 0
    let lines = text.replacing(/\\e?\n/, with: " ")
    for command in lines.split(whereSeparator: { "|()\n".contains($0) }) {
      // After ap-cache's own options comes a filter with others; after -- come words of other programs.
      var options: Set<Substring> = []
      for word in command.split(separator: " ").prefix(while: { $0 != "--" }) {
        if let help = try help(of: String(word)) {
          options = Set(help.matches(of: /--[a-z][a-z0-9-]*/).map(\.output))
        } else if !options.isEmpty, let option = word.prefixMatch(of: /--[a-z][a-z0-9-]*/) {
          #expect(options.contains(option.output), "\(command)")
          count += 1
        }
      }
    }
    return count
  }

  /// The help of a command, with that of the filters that it hands options to; nil for other words.
  private func help(of word: String) throws -> String? {
    if Self.filters.contains(word) { return try Command(word, "--help").run().text }
    guard Scripts.installed.contains(word) else { return nil }
    let script = word.hasPrefix("ap-") ? String(word.dropFirst(3)) : word
    var help = try Project.script(script, "--help").run().text
    if word.hasPrefix("extract-") {
      for filter in [word.replacing("extract-", with: "ap-"), "ap-encode", "ap-decode"] {
        help += try Command(filter, "--help").run().text
      }
    }
    return help
  }

  private func page(_ filter: String) throws -> String {
    String(decoding: try Files.read("\(Project.root)/man/man1/\(filter).1"), as: UTF8.self)
  }
}
