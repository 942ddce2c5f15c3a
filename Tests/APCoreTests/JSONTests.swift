import APCore
import Testing

@Suite struct JSONTests {
  @Test(arguments: [
    "null", "true", "false", "0", "-0", "1.50", "1e400", "123456789012345678901234567890",
    #""""#, #""é \" \\ \n \u0001""#, "[]", "[1,[2,[]]]", "{}", #"{"a":1,"b":{"":null}}"#,
    #"{"Z":1,"a":2,"é":3}"#, #""\#u{1F3B8}""#,
  ])
  func comesOutAsItWentIn(text: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(String(decoding: value.serialized(), as: UTF8.self) == text)
  }

  @Test(arguments: [
    (" { \"b\" : 1 ,\t\"a\" : [ 1 , 2 ] }\r\n", #"{"a":[1,2],"b":1}"#),
    (#""\/\b\f\u00e9\ud83c\udfb8""#, "\"/\\u0008\\u000cé\u{1F3B8}\""),
    (#"{"zz":1,"ap":2,"aa":3}"#, #"{"ap":2,"aa":3,"zz":1}"#),
  ])
  func takesItsCanonicalForm(text: String, canonical: String) throws {
    let value = try JSONValue(parsing: Array(text.utf8))
    #expect(String(decoding: value.serialized(first: "ap"), as: UTF8.self) == canonical)
  }

  @Test(arguments: [
    ("", 0), ("  ", 2), ("nul", 0), ("nulL", 0), ("truefalse", 4), ("1 2", 2), ("01", 1),
    ("-", 1), ("1.", 2), (".5", 0), ("1e", 2), ("+1", 0), ("NaN", 0), ("[1,]", 3), ("[1 2]", 3),
    ("[", 1), ("[1", 2), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{a:1}", 1), ("{\"a\":1,}", 7),
    ("{\"a\":1,\"a\":2}", 7), ("{\"a\":1,\"\\u0061\":2}", 7), ("\"", 1), ("\"\n\"", 1),
    ("\"\\x\"", 3), ("\"\\u12\"", 5), ("\"\\ud800\"", 7), ("\"\\ud800\\u0041\"", 13),
    ("\"\\udc00\"", 7), ("// no\n1", 0),
  ])
  func refusesWhatIsNotJSON(text: String, offset: Int) {
    #expect { try JSONValue(parsing: Array(text.utf8)) } throws: { error in
      (error as? JSONError)?.offset == offset
    }
  }

  @Test(arguments: [
    [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
  ])
  func refusesInvalidUTF8(bytes: [UInt8]) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func nestsToItsLimitOnly(opening: String) throws {
    let closing = opening == "[" ? "]" : "}"
    func nested(_ depth: Int) -> [UInt8] {
      let inner = opening == "[" ? "" : "1"
      return Array(
        (String(repeating: opening, count: depth) + inner
          + String(repeating: closing, count: depth)).utf8)
    }
    _ = try JSONValue(parsing: nested(64))
    #expect(throws: JSONError.self) { try JSONValue(parsing: nested(65)) }
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array(repeating: UInt8(ascii: "["), count: 60_000))
    }
  }

  @Test func refusesMoreBytesThanAsked() {
    #expect(throws: JSONError.self) {
      try JSONValue(parsing: Array("[1, 2]".utf8), limits: JSONLimits(bytes: 5))
    }
  }

  @Test func readsAHundredThousandMembersInLinearTime() throws {
    let members = (0..<100_000).map { "\"key\($0)\":[\($0),\"x\"]" }
    let text = Array("{\(members.joined(separator: ","))}".utf8)
    let value = try JSONValue(parsing: text, limits: JSONLimits(bytes: text.count))
    #expect(value.object?.count == 100_000)
    #expect(value["key99999"]?.array?[0].int == 99_999)
  }

  @Test func readsValuesOfOneKindOnly() {
    #expect(JSONValue.number("1.0").int == nil)
    #expect(JSONValue.number("1e400").double == nil)
    #expect(JSONValue.string("1").int == nil)
    #expect(JSONValue(Double.nan) == .null)
    #expect(JSONValue(0.1).double == 0.1)
  }
}
