import APCore
import TestSupport
import Testing

@testable import Workflows

@Suite struct PlanTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// A plan of this text, in which `@` is the folder.
  private func plan(_ text: String, _ settings: [String: String] = [:]) throws -> Plan {
    var problems: [Problem] = []
    let plan = try plan(text, settings, &problems)
    #expect(problems.isEmpty)
    return plan
  }

  private func plan(
    _ text: String, _ settings: [String: String], _ problems: inout [Problem]
  ) throws -> Plan {
    try Plan(
      WorkflowFile(path: "w.yaml", text: text.replacing("@", with: folder.path)).parse(),
      settings: settings, environment: { $0 == "HOME" ? "/home/me" : nil }, problems: &problems)
  }

  private func problems(_ text: String, _ settings: [String: String] = [:]) throws -> [Problem] {
    var problems: [Problem] = []
    _ = try plan(text, settings, &problems)
    return InvalidWorkflow(problems).problems
  }

  /// The words of the only job's only command.
  private func words(_ run: String, _ settings: [String: String] = [:]) throws -> [String] {
    let text = """
      variables:
        x: "a b*'\\"$$"
        path: up/.to/song.one.mp3
        copy: <${x}>
        bare: up/.hidden
      steps:
        s:
          outputs: {out: "o/${path.name}"}
          run: \(run)
      """
    return try plan(text, settings).jobs[0].stages[0]
  }

  @Test(arguments: [
    ("c ${x} '${x}' \"${x}\"", ["c", "a b*'\"$", "${x}", "a b*'\"$"]),
    ("c a${copy}b", ["c", "a<a b*'\"$>b"]),
    ("c ${path.name} ${path.extension} ${path.folder}", ["c", "song.one", "mp3", "up/.to"]),
    ("c ${bare.name} ${bare.extension}. ${out.folder}", ["c", ".hidden", ".", "o"]),
    ("c ${env.HOME} ${env.NO:-a b} ${env.NO:-}", ["c", "/home/me", "a b", ""]),
    (
      "c 'a'\\''b' '' \"\\$x\\a\\\\\" \\~ a\\ b {track}",
      ["c", "a'b", "", "$x\\a\\", "~", "a b", "{track}"]
    ),
  ])
  func aValueIsOneWordWhateverIsInIt(run: String, words: [String]) throws {
    #expect(try self.words(run) == words)
  }

  @Test func settingsReplaceValues() throws {
    #expect(try words("c ${x} ${copy}", ["x": "*"]) == ["c", "*", "<*>"])
    let error = #expect(throws: FilterError.self) { try words("c", ["y": ""]) }
    #expect(error?.code == .usage)
    #expect(error?.advice == "It has x, path, copy, bare.")
  }

  @Test func aMatrixIsEveryCombination() throws {
    for name in ["b.mp3", "a.flac", "c.txt", "-d.mp3"] { _ = try folder.write([], to: name) }
    let jobs = try plan(
      """
      steps:
        s:
          for: {song: "@/*.{mp3,flac}", model: [x, "${song.name}"]}
          outputs: {out: "@/${song.name}/${model}"}
          run: c ${song} ${model}
      """
    ).jobs
    #expect(
      jobs.map { $0.stages[0] }
        == ["-d.mp3", "a.flac", "b.mp3"].flatMap { file in
          let name = file.prefix { $0 != "." }
          return ["x", String(name)].map { ["c", folder.file(file), $0] }
        })
    #expect(jobs[2].label == "s[\(folder.path)/a.flac,x]")
    #expect(jobs[2].inputs == [folder.file("a.flac")])
    #expect(jobs[2].outputs == [folder.file("a/x")])
    // The first file stands for the others when options are asked about.
    #expect(jobs.map(\.isAlike) == [false, false, true, true, true, true])
  }

  /// The name of a file that was matched is no pattern in the next one.
  @Test(arguments: ["Best [x]", "a{b,c}", "s*r?", #"b\c"#, "d}e,"])
  func whatWasMatchedStandsForItself(album: String) throws {
    let albums = [album, "star1"].map { folder.file("songs/\($0)") }
    for path in albums {
      #expect(try Command.tool("mkdir", "-p", path).run().status == 0)
      try Files.write([], to: "\(path)/one.mp3")
    }
    let jobs = try plan(
      """
      variables: {sound: "*.{mp3,wav}"}
      steps:
        s:
          for: {album: "@/songs/*", song: "${album}/${sound}", again: "${album.folder}/${album.name}"}
          run: c ${song} ${again}
      """
    ).jobs
    #expect(jobs.count == 2)
    #expect(Set(jobs.map { $0.stages[0] }) == Set(albums.map { ["c", "\($0)/one.mp3", $0] }))
  }

  @Test func aJobWaitsForTheMakersOfItsFiles() throws {
    for name in ["a.mp3", "b.mp3"] { _ = try folder.write([], to: name) }
    let jobs = try plan(
      """
      steps:
        last: {needs: [mix], run: c}
        mix:
          for: {song: "@/*.mp3"}
          inputs: {one: "@/./x/../${song.name}/one.wav"}
          run: c < @/${song.name}.raw
        cut:
          for: {song: "@/*.mp3"}
          outputs: {out: "@/${song.name}"}
          run: c > @/${song.name}.raw
      """
    ).jobs
    #expect(jobs.map(\.step) == ["cut", "mix", "cut", "mix", "last"])
    #expect(jobs.map(\.needs) == [[], [0], [], [2], [1, 3]])
    #expect(jobs.map(\.sources) == [[], [0], [], [2], []])
  }

  static let wrong: [(steps: String, position: Position, message: String, status: Int32)] = [
    (
      "a: {run: 'c ${y}'}", Position(line: 3, column: 15),
      "There is no variable 'y' here; there are x.", 78
    ),
    (
      "a: {run: 'c ${env.NO}'}", Position(line: 3, column: 15), "The environment has no NO.",
      78
    ),
    (
      "a: {run: c, needs: [b]}", Position(line: 3, column: 23), "There is no step 'b'.", 78
    ),
    (
      "a: {run: c, needs: [a]}", Position(line: 3, column: 3),
      "Steps wait for each other: a, then a.",
      78
    ),
    (
      "a: {run: c, inputs: {in: /no/such}}", Position(line: 3, column: 3),
      "a reads '/no/such', which",
      66
    ),
    ("a: {run: c < /no/such}", Position(line: 3, column: 3), "a reads '/no/such', which", 66),
    (
      "a: {run: c, for: {f: /no/*.x}}", Position(line: 3, column: 24), "No file matches '/no/*.x'.",
      66
    ),
    (
      "a: {run: c, inputs: {x: /}}", Position(line: 3, column: 24), "'x' has a value already",
      78
    ),
    (
      "a: {run: c, outputs: {o: '${x}'}}", Position(line: 3, column: 29), "'o' is an empty path.",
      78
    ),
  ]

  @Test(arguments: wrong)
  func aProblemHasItsPlace(
    steps: String, position: Position, message: String, status: Int32
  ) throws {
    let problems = try problems("variables: {x: ''}\nsteps:\n  \(steps)\n")
    let found = try #require(problems.first { $0.message.hasPrefix(message) }, "\(problems)")
    #expect(problems.count == 1)
    #expect(found.position == position)
    #expect(found.status.rawValue == status)
  }

  @Test func aVariableWithoutAValueIsToldOnce() throws {
    let text = """
      variables: {x: , y: "${x}"}
      steps: {a: {run: "c ${x} ${y}"}, b: {run: "c ${x}"}}
      """
    let problems = try problems(text)
    #expect(problems.map(\.message) == ["'x' needs a value: --set x=VALUE."])
    #expect(try plan(text, ["x": "1"]).jobs[0].stages == [["c", "1", "1"]])
  }

  @Test func oneFileHasOneMaker() throws {
    for name in ["one.mp3", "one.wav"] { _ = try folder.write([], to: name) }
    let twice = try problems(
      """
      steps:
        s: {for: {f: "@/one.*"}, outputs: {o: "@/${f.name}"}, run: c}
      """)
    #expect(twice.count == 1)
    #expect(twice[0].message.contains("both make '\(folder.path)/one'"))
    let inside = try problems(
      """
      steps:
        a: {outputs: {o: "@/x"}, run: c}
        b: {run: c > @/x/y}
      """)
    #expect(inside.map(\.message) == ["b and a both make '\(folder.path)/x/y'."])
  }

  @Test func circlesAreTold() throws {
    let problems = try problems(
      """
      steps:
        a: {run: c < @/3 > @/1}
        b: {run: c < @/1 > @/2}
        c: {run: c < @/2 > @/3}
        d: {run: c < @/d > @/d}
      """)
    #expect(
      problems.map(\.message) == [
        "Steps wait for each other: a, then b, then c, then a.",
        "Steps wait for each other: d, then d.",
      ])
  }

  /// Nor is what this process has open, which may lead to a file.
  @Test(arguments: ["/dev/null", "/dev/stdout", "/dev/fd/1"])
  func devicesAreNeitherMadeNorRead(output: String) throws {
    let job = try plan("steps: {a: {run: c < /dev/null > \(output)}}").jobs[0]
    #expect(job.inputs == [])
    #expect(job.outputs == [])
    #expect(job.shellText == "c < /dev/null > \(output)")
  }
}
