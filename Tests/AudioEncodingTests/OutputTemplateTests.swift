import APCore
import Testing

@testable import AudioEncoding

@Suite struct OutputTemplateTests {
  static let paths: [(String, String)] = [
    ("{track}.wav", "vocals.wav"), ("a/{index}-{track}.flac", "a/2-vocals.flac"),
    ("{source}/{source}.ogg", "My Song/My Song.ogg"), ("plain", "plain"),
    // Braces that are written twice are braces, and a } alone is one too.
    ("{{live}}/{track}", "{live}/vocals"), ("{{{track}}}", "{vocals}"), ("a}/{track}", "a}/vocals"),
    ("{{track}}", "{track}"), ("}}{{", "}{"),
    // An accent that is a scalar of its own belongs to the brace, slash or dot before it as a character.
    ("{track}\u{301}.wav", "vocals\u{301}.wav"), ("a/\u{301}{track}", "a/\u{301}vocals"),
  ]

  @Test(arguments: paths) func variablesGetTheirValues(template: String, path: String) throws {
    let template = try OutputTemplate(template)
    #expect(template.path(track: "vocals", source: "/music/My Song.mp3", index: 2) == path)
  }

  @Test(arguments: [
    ("{tracks}.wav", "{tracks}"), ("{track.wav", "without a }"), ("{", "without a }"),
    ("{{}{", "without a }"), ("{}.wav", "{}"), ("", "does not name a file"),
    ("a/", "does not name a file"),
    ("a/..", "does not name a file"), (".", "does not name a file"),
  ])
  func whatIsNoTemplateIsRefused(text: String, words: String) {
    let error = #expect(throws: FilterError.self) { try OutputTemplate(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains(words) == true)
  }

  static let names: [(String?, String)] = [
    (nil, "audio"), ("", "audio"), ("song.mp3", "song"), ("a.b.flac", "a.b"), (".hidden", "hidden"),
    ("...", "audio"), ("x/y/z.wav", "z"), ("a\u{0}b\u{7F}\n.wav", "a_b__"),
    // Neither an accent nor anything else hides a slash or a dot.
    ("../..\u{301}/x", "x"), ("a/\u{301}b.mp3", "\u{301}b"), (".\u{301}x.mp3", "\u{301}x"),
    (String(repeating: "é", count: 120) + ".mp3", String(repeating: "é", count: 90)),
    // A byte that is not UTF-8 is a byte.
    (String(repeating: "\u{10FEE9}", count: 181), String(repeating: "\u{10FEE9}", count: 180)),
  ]

  @Test(arguments: names) func aSourceIsAPartOfAName(source: String?, part: String) throws {
    let template = try OutputTemplate("{source}")
    #expect(
      template.path(track: "a", source: source, index: 1).unicodeScalars.elementsEqual(
        part.unicodeScalars))
  }

  @Test(arguments: [(".", "_"), ("..", "_"), ("...", "_"), (".a", ".a"), ("a-b_c.1", "a-b_c.1")])
  func aTrackLeadsToNoOtherFolder(track: String, part: String) throws {
    #expect(try OutputTemplate("{track}").path(track: track, source: nil, index: 1) == part)
  }

  static let formats: [(String, SoundFormat.Container?)] = [
    ("a.wav", .wav), ("a.FLAC", .flac), ("a.ogg", .ogg), ("a.oga", .ogg), ("{track}.mp3", .mp3),
    ("-", .wav), ("a.wav.bak", nil), ("a", nil), ("a.{track}", nil), (".wav", .wav),
  ]

  @Test(arguments: formats) func itsEndNamesTheFormat(text: String, format: SoundFormat.Container?)
    throws
  {
    #expect(try OutputTemplate(text).container == format)
  }

  /// Each end of a name, and the formats of which files are called otherwise.
  static let otherFormats: [(String, Set<SoundFormat.Container>)] = [
    ("c.wav", Set(SoundFormat.Container.allCases).subtracting([.wav])),
    ("{track}.flac", Set(SoundFormat.Container.allCases).subtracting([.flac])),
    ("a.mp3", Set(SoundFormat.Container.allCases).subtracting([.mp3])),
    ("a.AIF", Set(SoundFormat.Container.allCases).subtracting([.aiff])),
    ("a.ogg", Set(SoundFormat.Container.allCases).subtracting([.ogg, .opus])),
    ("a.opus", Set(SoundFormat.Container.allCases).subtracting([.opus])),
    ("a.m4a", Set(SoundFormat.Container.allCases).subtracting([.aac, .alac, .stem])),
    ("a.mp4", Set(SoundFormat.Container.allCases).subtracting([.aac, .alac, .stem])),
    ("a.stem.mp4", Set(SoundFormat.Container.allCases).subtracting([.stem])),
    ("a.x", []), ("a", []), ("a.wav.bak", []), ("{track}", []), ("-", []),
  ]

  @Test(arguments: otherFormats)
  func aNameCanBelieItsFormat(text: String, formats: Set<SoundFormat.Container>) throws {
    let template = try OutputTemplate(text)
    #expect(Set(SoundFormat.Container.allCases.filter(template.misnames)) == formats)
  }

  @Test(
    arguments: [
      ("stems", "'stems/{track}.wav'"), ("a.b/stems", "'a.b/stems/{track}.wav'"),
      ("{source}/stems", "'{source}/stems/{track}.wav'"), ("my stems", "'my stems/{track}.wav'"),
      ("a.xyz", nil), ("{track}", nil), ("stems/{track}", nil), ("{{stems}}", nil),
    ] as [(String, String?)])
  func aFolderGetsItsTemplate(text: String, template: String?) throws {
    let advice = template.map { "For a folder, write -o \($0)." }
    #expect(try OutputTemplate(text).folderAdvice == advice)
    let error = #expect(throws: FilterError.self) {
      try EncodingOptions(template: OutputTemplate(text)).format()
    }
    #expect(error?.advice.contains("For a folder") == (template != nil))
    #expect(error?.advice.hasSuffix(advice ?? ".aiff.") == true)
  }

  @Test(arguments: [("stems/", "'stems/{track}.wav'"), ("a/b/", "'a/b/{track}.wav'")])
  func aSlashMeansAFolder(text: String, template: String) {
    let error = #expect(throws: FilterError.self) { try OutputTemplate(text) }
    #expect(error?.advice == "For a folder, write -o \(template).")
  }
}
