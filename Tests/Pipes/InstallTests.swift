import TestSupport
import Testing

/// `scripts/install`, with the commands that the tests have built.
@Suite struct InstallTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var prefix: String { folder.file("some/where") }

  private func install(_ arguments: String...) throws -> Outcome {
    try Command(
      executable: "\(Project.root)/scripts/install",
      arguments + (arguments.contains("--uninstall") ? [] : ["--build", Command.products])
        + [prefix], environment: ["HOME": folder.path]
    ).run()
  }

  @Test func allIsThereAndAllGoesAgain() throws {
    // The second time, what the first has put there is replaced, and still known as its own.
    for _ in 0..<2 {
      let outcome = try install()
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    let commands = try folder.shell("ls some/where/bin").split(separator: "\n").map(String.init)
    #expect(Set(commands) == Set(Filters.all + Scripts.installed))

    // Each has a page, a line in what `ap` prints, --help and --version.
    let told = try folder.shell("some/where/bin/ap")
    let version = try Command("ap-decode", "--version").run().text
    for command in commands {
      let page = command == "ap" ? "man7/ap.7" : "man1/\(command).1"
      #expect(Files.exists("\(prefix)/share/man/\(page)"), "\(page)")
      #expect(command == "ap" || told.contains("\n\(command) ") || told.hasPrefix(command))
      let help = try folder.command(["some/where/bin/\(command)", "--help"]).run()
      #expect(help.status == 0)
      // A script says the name that it is installed by.
      #expect(!help.text.hasPrefix("Usage:") || help.text.hasPrefix("Usage: \(command)"))
      let own = try folder.command(["some/where/bin/\(command)", "--version"]).run()
      #expect(own.status == 0, "\(command)")
      #expect(own.text == version, "\(command)")
      for file in [
        "bash-completion/completions/\(command)", "zsh/site-functions/_\(command)",
        "fish/vendor_completions.d/\(command).fish",
      ] {
        #expect(try folder.shell("wc -c <some/where/share/\(file)") != "0\n", "\(file)")
      }
    }
    for file in [
      "ap/batch.mk", "ap/command.sh", "ap/workflows/demucs.yaml", "doc/ap/Apache-2.0",
      "doc/ap/copyright",
    ] {
      #expect(Files.exists("\(prefix)/share/\(file)"), "\(file)")
    }

    // It works from there, and finds the model that came with it.
    let doctor = try folder.shell("PATH=$PWD/some/where/bin:$PATH TMPDIR=$PWD ap-doctor")
    #expect(doctor.contains("htdemucs-mini: \(prefix)/share/ap/models/"))
    #expect(doctor.contains("PASS  pipe"))
    try folder.shell(
      "PATH=$PWD/some/where/bin:$PATH extract-demucs --help && some/where/bin/ap-doctor >/dev/null")

    #expect(try install("--uninstall").status == 0)
    #expect(try folder.list().filter { $0 != ".cache" } == [])
    #expect(try install("--uninstall").status == 66)
  }

  /// Where root installs, others use it.
  @Test func whatIsInstalledIsForAllUsers() throws {
    let script = "umask 077 && exec \"$0\" --build \"$1\" some/where"
    let outcome = try folder.command(
      ["bash", "-c", script, "\(Project.root)/scripts/install", Command.products],
      environment: ["HOME": folder.path]
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try folder.shell("find some ! -perm -a=r -o -type d ! -perm -a=x") == "")
  }

  /// Where a shell would not look by itself, a line says how it does.
  @Test(arguments: [
    ("", "", ["bash", "fish", "zsh"]),
    ("some/where/share", "", ["zsh"]),
    ("", "/nonexistent:HERE/some/where/share/:/usr/share", ["zsh"]),
  ])
  func completionsThatNoShellReadsAreTold(
    dataHome: String, dataFolders: String, shells: [String]
  ) throws {
    let outcome = try Command(
      executable: "\(Project.root)/scripts/install", ["--build", Command.products, prefix],
      environment: [
        "HOME": folder.path, "XDG_DATA_HOME": dataHome.isEmpty ? "" : folder.file(dataHome),
        "XDG_DATA_DIRS": dataFolders.replacing("HERE", with: folder.path),
      ]
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.errorLines.filter { $0.contains(" completions for ") }
    #expect(lines.map { String($0.split(separator: " ")[3].dropLast()) } == shells)
    #expect(
      lines.last
        == "install: completions for zsh: put fpath=(\(prefix)/share/zsh/site-functions $fpath)"
        + " before compinit in ~/.zshrc")
    for line in lines { #expect(line.contains("\(prefix)/share/")) }
  }

  @Test func whatIsOfOthersStays() throws {
    try folder.shell(
      "mkdir -p some/where/bin some/where/share/man && echo mine >some/where/bin/mine")
    #expect(try install().status == 0)
    try folder.shell("mkdir some/where/share/ap/mine")
    #expect(try install("--uninstall").status == 0)
    #expect(
      try folder.shell("cd some/where && find . | sort")
        == ".\n./bin\n./bin/mine\n./share\n./share/ap\n./share/ap/mine\n./share/man\n")
  }

  @Test func whatAnEarlierVersionHadIsRemoved() throws {
    try folder.shell(
      """
      mkdir -p some/where/share/ap/old && cd some/where/share/ap && touch doctor old/file
      printf '%s\\n' "$PWD/doctor" "$PWD/old/" "$PWD/old/file" >manifest
      """)
    #expect(try install().status == 0)
    #expect(!Files.exists("\(prefix)/share/ap/doctor"))
    #expect(!Files.exists("\(prefix)/share/ap/old"))
    #expect(Files.exists("\(prefix)/bin/ap-doctor"))
  }

  static let refusals: [(arguments: [String], status: Int32)] = [
    (["--remove"], 64), (["a", "b"], 64), (["--build"], 64),
  ]

  @Test(arguments: refusals)
  func wrongUseIsRefused(arguments: [String], status: Int32) throws {
    let outcome = try Command(executable: "\(Project.root)/scripts/install", arguments).run()
    #expect(outcome.status == status)
    #expect(outcome.errorLines.count == 1)
  }

  /// Without the right to install packages, the user is told which, on one line.
  @Test(arguments: ["", "echo 'sudo: a terminal is required' >&2; exit 1"])
  func packagesThatCannotBeInstalledAreNamed(sudo: String) throws {
    try folder.shell(
      """
      mkdir bin && ln -s "$(command -v dirname)" "$(command -v bash)" bin
      for stub in 'id:echo 1000' 'dpkg-query:exit 1' 'apt-get:touch called'; do
        printf '#!/bin/sh\\n%s\\n' "${stub#*:}" >"bin/${stub%%:*}"
      done
      """)
    if !sudo.isEmpty {
      _ = try folder.write(Array("#!/bin/sh\n\(sudo)\n".utf8), to: "bin/sudo")
    }
    // The links lead to what belongs to somebody else.
    try folder.shell("find bin -type f -exec chmod +x {} +")
    let check = ". '\(Project.root)/scripts/lib/setup.sh'; need_packages one two"
    let outcome = try folder.command([
      "env", "PATH=\(folder.path)/bin", "bash", "-c", check, "scripts/quickstart",
    ]).run()
    #expect(outcome.status == 69)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.hasPrefix("quickstart: "))
    #expect(outcome.errors.hasSuffix("run as root: apt-get install one two\n"))
    #expect(!Files.exists(folder.file("called")))
  }
}
