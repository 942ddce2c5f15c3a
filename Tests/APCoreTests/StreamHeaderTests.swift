import APCore
import Testing

@Suite struct StreamHeaderTests {
  @Test(arguments: [
    ("vocals", "vocals"), ("Vocals", "vocals"), (" VOCALS\t", "vocals"),
    ("no_Vocals.2-b", "no_vocals.2-b"),
    ("a b", "a b"), ("", ""), (" ", ""), ("Ä", "ä"),
  ])
  func capitalsAndSpacesOfANameDoNotCount(text: String, name: String) {
    #expect(Track.name(typed: text) == name)
  }

  @Test(arguments: [
    ("a", ["a"]), ("a,B", ["a", "b"]), ("Vocals, drums ,BASS", ["vocals", "drums", "bass"]),
    ("a,,b", ["a", "", "b"]), (",", ["", ""]), ("", [""]), (" , a", ["", "a"]),
  ])
  func namesAreSeparatedByCommas(text: String, names: [String]) {
    #expect(Track.names(typed: text) == names)
  }

  private static let plain = #"""
    {"ap":1,"channels":2,"encoding":"f32le","frames":null,"history":[],"layout":"contiguous",\#
    "rate":44100,"requires":[],"tracks":[{"name":"mix"}],"type":"stream"}
    """#

  private static func read(_ text: String) throws -> StreamHeader {
    try StreamHeader(try JSONValue(parsing: Array(text.utf8)))
  }

  private static func roundTrip(_ text: String) throws -> String {
    String(decoding: try read(text).serialized(), as: UTF8.self)
  }

  @Test func comesOutAsItWentIn() throws {
    #expect(try Self.roundTrip(Self.plain) == Self.plain)
    let full = #"""
      {"ap":1,"!":1e0,"channels":1,"encoding":"f32le","frames":9,"history":[{"by":"me","options":\#
      {"a":1.50},"tool":"x","version":"2"}],"layout":"windowed","rate":8000,"requires":[],"source":\#
      {"file":"ä.mp3","loudness":{"lufs":-14.0,"mean":-1e-05,"std":0.25},"sha256":"00","tags":\#
      {"title":"T"},"url":null},"tracks":[{"gain":1,"name":"a.b_c-9","prompt":"a \"horn\""}],\#
      "type":"stream","window":{"fade":"linear","length":10,"overlap":5,"shape":[]},"zone":{}}
      """#
    #expect(try Self.roundTrip(full) == full)
  }

  @Test(arguments: [
    (#""ap":1"#, #""ap":2"#), (#""type":"stream""#, #""type":"audio""#),
    (#""channels":2,"#, ""), (#""channels":2"#, #""channels":0"#),
    (#""channels":2"#, #""channels":1025"#), (#""channels":2"#, #""channels":2.0"#),
    (#""rate":44100,"#, ""), (#""rate":44100"#, #""rate":-1"#),
    (#""rate":44100"#, #""rate":99999999999999999999"#), (#""encoding":"f32le","#, ""),
    (#"f32le"#, #"s16le"#), (#""layout":"contiguous","#, ""), ("contiguous", "spiral"),
    ("contiguous", "windowed"), (#""tracks":[{"name":"mix"}],"#, ""),
    (#"[{"name":"mix"}]"#, "[]"), (#"[{"name":"mix"}]"#, #"[{"name":"a"},{"name":"a"}]"#),
    (#"[{"name":"mix"}]"#, #"["mix"]"#), ("mix", "Mix"), ("mix", "a/b"), ("mix", ""),
    (#""frames":null"#, #""frames":-1"#), (#""frames":null"#, #""frames":"9""#),
    (#""frames":null"#, #""frames":9007199254740993"#),
    (#""history":[]"#, #""history":[{"tool":"x"}]"#), (#""history":[]"#, #""history":{}"#),
    (#""requires":[]"#, #""requires":["magic"]"#), (#""requires":[]"#, #""requires":[1]"#),
    (#""history":[]"#, #""source":{"tags":{"a":1}}"#),
    (#""history":[]"#, #""source":{"rate":0}"#),
    (#""history":[]"#, #""source":{"loudness":{"mean":0}}"#),
    (#""history":[]"#, #""source":{"loudness":{"mean":0,"std":-1}}"#),
  ])
  func refusesWhatBreaksARule(part: String, replacement: String) throws {
    let text = Self.plain.replacing(part, with: replacement)
    #expect(text != Self.plain)
    #expect { try Self.read(text) } throws: { error in
      (error as? FilterError)?.code == .badInput
    }
  }

  @Test(arguments: [
    #"{"fade":"cosine","length":0,"overlap":0}"#, #"{"fade":"cosine","length":9,"overlap":5}"#,
    #"{"fade":"step","length":9,"overlap":1}"#, #"{"length":9,"overlap":1}"#, "1",
  ])
  func refusesAWindowThatCannotBe(window: String) {
    let text = Self.plain.replacing(
      #""contiguous""#, with: #""windowed","window":\#(window)"#)
    #expect(throws: FilterError.self) { try Self.read(text) }
  }

  @Test func takesTheLongestTrackName() throws {
    let name = String(repeating: "a", count: 64)
    #expect(try Self.read(Self.plain.replacing("mix", with: name)).tracks[0].name == name)
    #expect(!Track.isValid(name: name + "a"))
  }
}
