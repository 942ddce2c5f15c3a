import TestSupport
import Testing

@testable import YAML

@Suite struct YAMLTests {
  /// The node in a form that a test can hold: texts in quotes where they were, tags before them.
  static func describe(_ node: YAMLNode?) -> String {
    guard let node else { return "nothing" }
    let tag = node.tag.map { "\($0) " } ?? ""
    switch node.content {
    case .scalar(let scalar): return tag + (scalar.isPlain ? scalar.text : "'\(scalar.text)'")
    case .sequence(let nodes): return tag + "[\(nodes.map(describe).joined(separator: ", "))]"
    case .mapping(let members):
      let texts = members.map { "\(describe($0.key)): \(describe($0.value))" }
      return tag + "{\(texts.joined(separator: ", "))}"
    }
  }

  @Test(arguments: [
    ("", "nothing"), ("# nothing\n", "nothing"), ("---\n", ""), ("~", "~"), ("a", "a"),
    ("'it''s'", "'it's'"), ("\"a\\tb\\u00e9\"", "'a\tbé'"), ("[]", "[]"), ("{}", "{}"),
    ("- a\n- [b, 'c']\n-\n", "[a, [b, 'c'], ]"), ("b: 1\na: {c: }\n", "{b: 1, a: {c: }}"),
    ("a: |\n  x\n  y\n", "{a: 'x\ny\n'}"), ("a: >-\n  x\n  y\n", "{a: 'x y'}"),
    ("? [a]\n: b", "{[a]: b}"), ("--- a\n...\n", "a"), ("\u{feff}a: b", "{a: b}"),
    ("!!float 1", "!!float 1"), ("!!python/tuple [1, 2]", "!!python/tuple [1, 2]"),
    ("!own {a: b}", "!own {a: b}"), ("!<tag:x,1:y> a", "tag:x,1:y a"),
    ("&x a", "a"), ("[&x a, *x]", "[a, a]"), ("{a: &x [1], b: *x}", "{a: [1], b: [1]}"),
    ("[&x a, &x b, *x]", "[a, b, b]"),
  ])
  func aTextIsANode(text: String, node: String) throws {
    #expect(try Self.describe(YAMLNode.parse(text)) == node)
  }

  @Test(arguments: [
    ("a: b: c", "1:5: mapping values are not allowed in this context"),
    ("a: 'b", "1:6: while scanning a quoted scalar, found unexpected end of stream"),
    ("a: [b\nc: d", "2:2: while parsing a flow sequence, did not find expected ',' or ']'"),
    ("a: 1\nb: 2\na: 3\n", "3:1: the key \"a\" is given twice"),
    ("{a: 1, 'a': 2}", "1:8: the key \"a\" is given twice"),
    ("a\n---\nb", "2:1: a second document begins here"),
    ("- *x", "1:3: there is no anchor \"x\" before this"),
    ("&x [*x]", "1:5: there is no anchor \"x\" before this"),
    ("a: \"b\\0c\"", "1:4: a text has the character NUL in it"),
    ("[a, \"\\x00\"]", "1:5: a text has the character NUL in it"),
    ("a: é\n  \u{1}", "2:3: control characters are not allowed"),
    ("%YAML 3.0\n--- a", "1:1: found incompatible YAML document"),
    ("a: !x!y z", "1:4: while parsing a node, found undefined tag handle"),
  ])
  func anErrorHasItsPlace(text: String, message: String) {
    let error = #expect(throws: YAMLError.self) { try YAMLNode.parse(text) }
    #expect(error?.description == message)
  }

  @Test func bytesThatAreNoTextAreAnError() {
    for bytes: [UInt8] in [
      [0xff], [0x61, 0x3a, 0x20, 0xc3, 0x28], [0xff, 0xfe, 0x61, 0x00], [0x80],
    ] {
      #expect(throws: YAMLError.self) { try YAMLNode.parse(bytes.span.bytes) }
    }
  }

  @Test func eachNodeHasItsPlace() throws {
    let root = try #require(try YAMLNode.parse("é: [a,\n  'b']\nc: &x\n  d: 1\ne: *x\n"))
    #expect(root.mark == YAMLMark(line: 1, column: 1))
    #expect(root["é"]?.mark == YAMLMark(line: 1, column: 4))
    #expect(root["é"]?.sequence?[1].mark == YAMLMark(line: 2, column: 3))
    #expect(root["c"]?["d"]?.mark == YAMLMark(line: 4, column: 6))
    #expect(root["e"]?["d"]?.mark == YAMLMark(line: 4, column: 6))
  }

  /// null, bool, int and double of a scalar, where it is any.
  @Test(
    arguments: [
      ("", true, nil, nil, nil), ("~", true, nil, nil, nil), ("Null", true, nil, nil, nil),
      ("nULL", false, nil, nil, nil), ("'~'", false, nil, nil, nil),
      ("!!str ~", false, nil, nil, nil), ("!!null null", true, nil, nil, nil),
      ("true", false, true, nil, nil), ("FALSE", false, false, nil, nil),
      ("yes", false, nil, nil, nil), ("'true'", false, nil, nil, nil),
      ("!!bool 'True'", false, true, nil, nil), ("!x true", false, nil, nil, nil),
      ("0", false, nil, 0, 0), ("-19", false, nil, -19, -19), ("+7", false, nil, 7, 7),
      ("012", false, nil, 12, 12), ("0o17", false, nil, 15, 15), ("0xFf", false, nil, 255, 255),
      ("0x-1", false, nil, nil, nil), ("0x", false, nil, nil, nil),
      ("!!int '3'", false, nil, 3, 3), ("!!float 3", false, nil, nil, 3),
      ("'3'", false, nil, nil, nil), ("1_000", false, nil, nil, nil),
      ("9223372036854775808", false, nil, nil, 9_223_372_036_854_775_808),
      ("1.", false, nil, nil, 1), (".5", false, nil, nil, 0.5), ("-1.5e3", false, nil, nil, -1500),
      ("1e-5", false, nil, nil, 1e-5), (".inf", false, nil, nil, .infinity),
      ("-.INF", false, nil, nil, -.infinity), ("inf", false, nil, nil, nil),
      ("nan", false, nil, nil, nil), ("0x1p3", false, nil, nil, nil), ("e", false, nil, nil, nil),
      (".", false, nil, nil, nil), ("+", false, nil, nil, nil), ("1.2.3", false, nil, nil, nil),
      ("[1]", false, nil, nil, nil), ("{a: 1}", false, nil, nil, nil),
    ] as [(String, Bool, Bool?, Int?, Double?)])
  func aFormSaysTheType(text: String, isNull: Bool, bool: Bool?, int: Int?, double: Double?) throws
  {
    // As a value, since an empty text is not a document.
    let node = try #require(try YAMLNode.parse("x: \(text)")?["x"])
    #expect(node.isNull == isNull)
    #expect(node.bool == bool)
    #expect(node.int == int)
    #expect(node.double == double)
  }

  @Test func notANumberIsOne() throws {
    #expect(try YAMLNode.parse(".NaN")?.double?.isNaN == true)
  }

  static let levels: [(text: @Sendable (Int) -> String, depth: Int)] = [
    ({ String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }, 64),
    ({ String(repeating: "{a: ", count: $0) + String(repeating: "}", count: $0) }, 64),
    ({ String(repeating: "- ", count: $0) + "a" }, 64),
  ]

  @Test(arguments: levels.indices)
  func nestingHasAnEnd(index: Int) throws {
    let (text, depth) = Self.levels[index]
    #expect(try YAMLNode.parse(text(depth)) != nil)
    for count in [depth + 1, 100_000] {
      let error = #expect(throws: YAMLError.self) { try YAMLNode.parse(text(count)) }
      #expect(error?.problem == "more than 64 levels")
    }
  }

  @Test func aTextOfAliasesMayNotGrow() throws {
    var text = "- &a0 [x]\n"
    for index in 1..<60 {
      text += "- &a\(index) [*a\(index - 1), *a\(index - 1)]\n"
    }
    let error = #expect(throws: YAMLError.self) { try YAMLNode.parse(text) }
    #expect(error?.problem == "more than 1048576 nodes")
    let few = YAMLLimits(bytes: 9, nodes: 3)
    #expect(try YAMLNode.parse("[a, b]", limits: few) != nil)
    #expect(throws: YAMLError.self) { try YAMLNode.parse("[a,b,c]", limits: few) }
    #expect(throws: YAMLError.self) { try YAMLNode.parse("[a,    b]#", limits: few) }
  }

  /// Whatever the bytes are, they are a node or an error at a place that there is.
  @Test func damageIsAnErrorOrANode() throws {
    let text = """
      # settings
      a: &x {b: 'c', "d\\n": [1, 2.5, ~], e: !!float 1}
      f:
        - *x
        - |
          one
          two
        - ? g
          : >-
            three
      --- é
      """
    var random = SplitMix(seed: 7)
    for round in 0..<5_000 {
      let bytes = Damage.some(of: Array(text.utf8), round: round, using: &random)
      do {
        _ = try YAMLNode.parse(bytes.span.bytes)
      } catch {
        let lines = bytes.count { $0 == 0x0a || $0 == 0x0d } + 1
        #expect((1...lines + 1).contains(error.mark.line), "\(error)")
        #expect(error.mark.column >= 1)
        #expect(!error.problem.isEmpty)
      }
    }
  }
}
