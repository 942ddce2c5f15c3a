import APCore
import TestSupport
import Testing

/// What a person at a terminal sees of a pipe.
@Suite struct ProgressTests {
  private let place: Workplace

  /// A song of a minute, and one of two seconds.
  init() throws {
    place = try Workplace()
    for (name, seconds) in [("long.wav", 60), ("a.wav", 2)] {
      let sound = StreamText.whole(
        ["mix": Sounds.noise(frames: seconds * 44_100)], recordFrames: 4_096)
      #expect(
        try Command("ap-encode", "-o", place.folder.file(name)).run(.bytes(sound)).status == 0)
    }
  }

  /// What the terminal got, cut where the cursor went back to a line's start.
  private struct Screen {
    let status: Int32
    let lines: [String]
    let raw: String
    /// Lines that were written over.
    var bars: [String] { lines.filter(Self.isBar) }
    /// Lines that stayed.
    var words: [String] { lines.filter { !Self.isBar($0) && !$0.isEmpty } }
    /// A first pass over a short file has no share of the whole to show.
    private static func isBar(_ line: String) -> Bool {
      line.contains("%") || line.hasPrefix("ap-decode, measuring")
    }
    var tools: Set<String> {
      Set(bars.map { String($0.prefix { !" ,".contains($0) }) })
    }
  }

  private func watch(
    _ line: String, columns: String = "80", interrupts: Bool = false
  ) throws -> Screen {
    var command = Filters.python(
      "progress.py", [columns, line] + (interrupts ? ["interrupt"] : []))
    command.environment = [
      "PATH": "\(Command.products):/usr/bin:/bin", "AP_MODELS": "/dev/null",
    ]
    command.arguments = ["-C", place.folder.path] + command.arguments
    let outcome = try command.run()
    let lines = outcome.text.split(whereSeparator: { ["\r", "\n", "\r\n"].contains($0) }).map {
      String($0).replacing("\u{1b}[K", with: "")
    }
    return Screen(status: outcome.status, lines: lines, raw: outcome.text)
  }

  /// Who speaks after the first pass of ap-decode.
  @Test(arguments: [
    ("ap-decode a.wav | ap-demucs | ap-encode -o '{track}.wav'", "ap-demucs"),
    ("ap-decode a.wav | ap-cache ap-demucs | ap-encode -o '{track}.wav'", "ap-demucs"),
    ("ap-decode a.wav | ap-segment --length 1 | ap-xfade | ap-encode -o b.wav", "ap-encode"),
    ("ap-decode a.wav | ap-segment --length 1 | ap-xfade >stream", "ap-xfade"),
    ("ap-decode a.wav >stream", "ap-decode"),
    ("ap-decode a.wav | ap-demucs | ap-segment --length 1 | ap-xfade >stream", "ap-demucs"),
    ("ap-decode a.wav | ap-demucs >stream; ap-encode -o '{track}.wav' <stream", "ap-encode"),
  ])
  func oneFilterSpeaks(line: String, speaker: String) throws {
    let screen = try watch("export XDG_CACHE_HOME=$PWD; \(line)")
    #expect(screen.status == 0, "\(screen.raw)")
    let stream = screen.bars.filter { !$0.hasPrefix("ap-decode, measuring") }
    #expect(stream.last?.hasPrefix("\(speaker) ") == true, "\(screen.raw)")
    let others = screen.tools.subtracting([speaker, "ap-decode"])
    // The last case is two pipes.
    #expect(others.isSubset(of: line.contains(";") ? ["ap-demucs"] : []), "\(screen.raw)")
    #expect(speaker == "ap-decode" || !stream.contains { $0.hasPrefix("ap-decode ") })
    // All is taken away but for the words.
    #expect(screen.raw.contains("\r\u{1b}[K"))
    #expect(screen.words.last?.contains(": Wrote ") == true, "\(screen.words)")
  }

  @Test func theFirstPassIsShown() throws {
    let screen = try watch("ap-decode long.wav | ap-segment | ap-xfade | ap-encode -o b.wav")
    #expect(screen.bars.contains { $0.hasPrefix("ap-decode, measuring") }, "\(screen.raw)")
  }

  @Test(
    arguments: [
      ("ap-encode -o b.wav", "ap-encode: Wrote b.wav: 0:02 of sound in 0:0"),
      (
        "ap-demucs 2>/dev/null | ap-encode -o '{track}.wav'",
        "ap-encode: Wrote drums.wav and 3 more: 0:02 of sound in 0:0"
      ),
      ("ap-segment | ap-xfade --quiet", nil),
      ("ap-segment | ap-xfade", "ap-xfade: Wrote a stream: 0:02 of sound in 0:0"),
      ("ap-encode --quiet -o b.wav", nil),
    ] as [(String, String?)])
  func theLastLineSaysWhatWasWritten(end: String, line: String?) throws {
    let screen = try watch("ap-decode --quiet a.wav | \(end)")
    let words = screen.words.filter {
      !$0.contains("small model") && !$0.contains("windows to")
    }
    if let line {
      #expect(words.count == 1)
      #expect(words.last?.hasPrefix(line) == true, "\(screen.raw)")
      #expect(words.last?.hasSuffix("x real time.") == true)
    } else {
      #expect(words.isEmpty, "\(words)")
    }
  }

  @Test(arguments: ["40", "20", "10", "120", "100,40", "40,100"])
  func linesFit(columns: String) throws {
    let widths = columns.split(separator: ",").compactMap { Int($0) }
    let screen = try watch(
      "for i in 1 2 3; do ap-decode long.wav | ap-segment | ap-xfade | ap-encode --force -o b.wav; done",
      columns: columns)
    #expect(screen.status == 0)
    #expect(!screen.bars.isEmpty || widths[0] < 20)
    // One line may be on its way when the window changes.
    let bars = screen.lines.filter { $0.hasPrefix("ap-") && !$0.contains(": Wrote") }
    let rest = widths.count > 1 ? bars.dropFirst(3) : bars[...]
    #expect(rest.allSatisfy { $0.count < (widths.last ?? 0) }, "\(bars)")
  }

  @Test func ctrlCLeavesACleanLine() throws {
    for _ in 0..<5 {
      let screen = try watch(
        "ap-decode long.wav | ap-demucs | ap-encode -o '{track}.wav'", interrupts: true)
      #expect(screen.status == 130, "\(screen.raw)")
      // The terminal shows the key as ^C; nothing else is left.
      #expect(screen.raw.hasSuffix("\r\u{1b}[K"), "\(screen.raw)")
      #expect(
        screen.words.allSatisfy { $0.contains("^C") || $0.contains("htdemucs") }, "\(screen.raw)")
      #expect(try place.folder.list() == ["a.wav", "long.wav"])
    }
  }

  /// Programs get a line a step of all filters.
  @Test func programsGetAll() throws {
    let outcome = try place.shell(
      "export AP_PROGRESS=json; ap-decode a.wav | ap-segment --length 1 | ap-xfade | ap-encode -o b.wav"
    )
    let steps = try outcome.errorLines.map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(
      Set(steps.compactMap { $0["tool"]?.string })
        == ["ap-decode", "ap-segment", "ap-xfade", "ap-encode"])
    #expect(steps.contains { $0["stage"] == "measuring" })
    #expect(steps.allSatisfy { $0["seconds"]?.double != nil })
  }
}
