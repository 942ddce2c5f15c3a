import APCore
import TestSupport
import Testing

@testable import Workflows

/// What is wrong with a file, and where.
@Suite struct WorkflowFileTests {
  static func problems(_ text: String) throws -> [String] {
    do {
      _ = try WorkflowFile(path: "w.yaml", text: text).parse()
      return []
    } catch let error as InvalidWorkflow {
      return error.problems.map { "\($0.position.line):\($0.position.column): \($0.message)" }
    }
  }

  static let wrong: [(text: String, problem: String)] = [
    ("", "1:1: There is nothing here"),
    ("steps:\n", "1:7: 'steps' has names"),
    ("steps: {}", "1:1: A workflow must have at least one step."),
    ("[1]", "1:1: A workflow has version, variables, steps"),
    ("steps: {a: {run: b}}\nstesp: 1", "2:1: A workflow has no 'stesp'"),
    ("steps:\n  a:\n    rnu: b\n", "3:5: A step has no 'rnu'; it has for, inputs"),
    ("steps:\n  a:\n    needs: [b]\n", "2:3: Step 'a' has no 'run'."),
    (
      "steps:\n  a: {run: b}\n  a: {run: c}\n",
      "3:3: This is not YAML: the key \"a\" is given twice."
    ),
    ("steps:\n  2nd: {run: b}\n", "2:3: '2nd' cannot be a name"),
    (#"steps: {a: {run: "b ;\u0301 c"}}"#, "1:21: ; cannot be part of a word."),
    ("variables: {env: x}\nsteps: {a: {run: b}}", "1:13: 'env' cannot be a name"),
    ("variables: {x: [1]}\nsteps: {a: {run: b}}", "1:16: There should be text here."),
    ("steps: {a: {run: }}", "1:18: There should be text here."),
    ("steps:\n  a:\n    for: songs/*.mp3\n    run: b", "3:10: 'for' has names with values"),
    ("steps: {a: {run: b, for: {x: []}}}", "1:27: 'x' has no values."),
    ("steps: {a: {run: b, needs: c}}", "1:28: 'needs' must be a list"),
    ("steps: {a: {run: 'b}}", "1:22: This is not YAML"),
    ("a: b: c", "1:5: This is not YAML: mapping values are not allowed"),
    ("variables:\n  x: a${y\nsteps: {a: {run: b}}", "2:7: A ${ has no } after it."),
    ("variables:\n  x: a$y\nsteps: {a: {run: b}}", "2:7: A dollar sign begins ${…}"),
    ("variables:\n  x: 'a ${b.size}'\nsteps: {a: {run: b}}", "2:9: '${b.size}' is not one of"),
    ("variables:\n  x: ${a:-b}\nsteps: {a: {run: b}}", "2:6: '${a:-b}' is not one of"),
    ("steps:\n  a:\n    run: b | | c\n", "3:12: There is nothing after this |."),
    ("steps:\n  a:\n    run: b |\n", "3:12: There is nothing after this |."),
    ("steps:\n  a:\n    run: b >\n", "3:12: There is nothing after this >."),
    ("steps:\n  a:\n    run: b < > c\n", "3:12: There is nothing after this <."),
    ("steps:\n  a:\n    run: b || c\n", "3:12: Commands are joined by | only"),
    ("steps:\n  a:\n    run: b >> c\n", "3:12: The only redirections here"),
    ("steps:\n  a:\n    run: b 2> c\n", "3:13: > cannot be part of a word."),
    ("steps:\n  a:\n    run: b > c | d\n", "3:16: Only the last command"),
    ("steps:\n  a:\n    run: b | c < d\n", "3:16: Only the first command"),
    ("steps:\n  a:\n    run: b > c > d\n", "3:16: A pipe can have only one >."),
    ("steps:\n  a:\n    run: '> c'\n", "3:11: There is no command here."),
    ("steps:\n  a:\n    run: cat *.mp3\n", "3:14: * matches files only under"),
    ("steps:\n  a:\n    run: b; c\n", "3:11: ; cannot be part of a word."),
    ("steps:\n  a:\n    run: b ~/c\n", "3:12: ~ is not expanded here"),
    ("steps:\n  a:\n    run: b 'c\n", "3:12: This quotation mark has no closing one."),
    ("steps:\n  a:\n    run: \"b \\\"c\"\n", "3:13: This quotation mark has no closing one."),
    ("steps:\n  a:\n    run: |\n      b\n      | c &\n", "5:11: & cannot be part of a word."),
    ("steps:\n  a:\n    run: |\n      b d\n      c\n", "5:7: A step is one pipe"),
    ("steps:\n  a:\n    run: >\n      b\n\n      | c ${d\n", "6:11: A ${ has no }"),
    ("steps:\n  a:\n    run: b\n      | c é\n      | e $f\n", "5:11: A dollar sign"),
  ]

  @Test(arguments: wrong)
  func aProblemHasItsPlace(text: String, problem: String) throws {
    let problems = try Self.problems(text)
    #expect(problems.count == 1)
    #expect(problems.first?.hasPrefix(problem) == true, "\(problems)")
  }

  @Test func allProblemsAreTold() throws {
    let text = """
      variables:
        x: ${
      steps:
        a:
          run: b ;
          inputs: {1: c}
          more: 1
        b:
          run: $
      """
    #expect(
      try Self.problems(text).map { $0.prefix { $0 != " " } } == [
        "2:6:", "5:12:", "6:14:", "7:5:", "9:10:",
      ])
  }

  /// Whatever is in a file, it is a workflow or has problems at places that there are.
  @Test func damageIsFoundWhereItIs() throws {
    let text = """
      variables: {songs: '*.{mp3,flac}', model: , "out": "a \\"b\\" ${env.HOME:-x}"}
      steps:
        one:
          for: {song: '${songs}', n: [1, 'two', "3"]}
          inputs: {it: a}
          outputs: {file: "${song.name}-${n}"}
          run: >
            ap-decode 'a b' "c${n}" d\\ e < ${song}

            | sort > ${file}
        two:
          needs: [one]
          run: |
            cat $$ \\
              x | wc
      """
    var random = SplitMix(seed: 1)
    var sound = 0
    for round in 0..<3_000 {
      let bytes = Damage.some(of: Array(text.utf8), round: round, using: &random)
      let damaged = String(decoding: bytes, as: UTF8.self)
      let lines = damaged.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      do {
        _ = try WorkflowFile(path: "w.yaml", text: damaged).parse()
        sound += 1
      } catch let error as InvalidWorkflow {
        #expect(!error.problems.isEmpty)
        for problem in error.problems {
          #expect((1...lines.count + 1).contains(problem.position.line), "\(problem) in \(damaged)")
          #expect(problem.position.column >= 1)
        }
      }
    }
    #expect((1..<3_000).contains(sound))
  }

  /// Words end where a shell ends them, whatever Unicode makes of what is around.
  @Test(arguments: [
    (#"a  b\tc"#, [["a", "b", "c"]]),
    (#"a \u0301b"#, [["a", "\u{301}b"]]),
    (#"a\t\u0301 b"#, [["a", "\u{301}", "b"]]),
    (#"a\u00A0b"#, [["a\u{A0}b"]]),
    (#"a\u2028b c\vd"#, [["a\u{2028}b", "c\u{B}d"]]),
    (#"a\rb"#, [["a", "b"]]),
    (#"a|\u0301 b"#, [["a"], ["\u{301}", "b"]]),
    (#"'a'\u0301 'b c'\u0301"#, [["a\u{301}", "b c\u{301}"]]),
    (#"\\ \u0301a"#, [[" \u{301}a"]]),
  ])
  func wordsEndWhereAShellEndsThem(run: String, stages: [[String]]) throws {
    let text = "steps: {a: {run: \"\(run)\"}}"
    let workflow = try WorkflowFile(path: "w.yaml", text: text).parse()
    let scope = Scope(environment: { _ in nil })
    var problems: [Problem] = []
    let pipe = try #require(workflow.steps.first).pipe
    #expect(pipe.stages.map { $0.map { scope.expand($0, &problems) } } == stages)
  }

  @Test func aTextIsWhatIsWritten() throws {
    // 1.50 stays as it is written, and so do "no" and a date.
    let text = """
      variables: {a: 1.50, b: no, c: 2001-01-01, d: ~}
      steps: {s: {run: x}}
      """
    let workflow = try WorkflowFile(path: "w.yaml", text: text).parse()
    var problems: [Problem] = []
    let scope = Scope(environment: { _ in nil })
    let texts = workflow.variables.map { $0.value.flatMap { scope.expand($0, &problems) } }
    #expect(texts == ["1.50", "no", "2001-01-01", nil])
    #expect(problems.isEmpty)
  }

  @Test func aFileThatIsNoTextIsRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FilterError.self) { try WorkflowFile(path: folder.file("absent")) }
    let binary = try folder.write([0xff, 0xfe, 0x00], to: "binary")
    #expect(throws: FilterError.self) { try WorkflowFile(path: binary) }
    let long = try folder.write([UInt8](repeating: 0x20, count: 1 << 20 + 1), to: "long")
    #expect(throws: FilterError.self) { try WorkflowFile(path: long) }
    let deep = String(repeating: "[", count: 1 << 20)
    #expect(throws: InvalidWorkflow.self) { try WorkflowFile(path: "deep", text: deep).parse() }
  }
}
