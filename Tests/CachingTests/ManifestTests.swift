import APCore
import Testing

@testable import Caching

@Suite struct ManifestTests {
  private let manifest = Manifest(
    key: String(repeating: "ab", count: 32), created: "2026-11-25T03:04:05Z",
    command: ["ap-demucs", "--stems", "vocals, \"both\"", "naïve\n\\", ""],
    run: KeyedRun(
      tool: "ap-demucs", version: "0.1.0", executable: "00",
      options: [
        "overlap": JSONValue(0.25), "shifts": 2, "segment": .null, "stems": ["vocals", "bass"],
        "deep": ["is": true, "list": [1, "two", [.number("3.5")]]],
        "seed": .number("18446744073709551615"),
      ],
      files: [.init(name: "a.th", sha256: "11"), .init(name: "b'.th", sha256: "22")],
      input: .header(
        StreamHeader(
          channels: 2, rate: 44_100, tracks: [Track("mix")],
          source: Source(file: "ö \"song\".mp3", sha256: "33")))),
    output: .init(file: "stream", size: 1_000, xxh3: "44", end: 900))

  @Test func whatIsWrittenIsReadBack() throws {
    let summary = try #require(Manifest.summary(of: manifest.bytes))
    #expect(summary.key == manifest.key)
    #expect(summary.created == manifest.created)
    #expect(summary.command == manifest.command)
    #expect(summary.source == "ö \"song\".mp3")
    #expect(summary.output == manifest.output)
  }

  @Test func allThatDecidesStandsInIt() throws {
    let json = try JSONValue(parsing: manifest.bytes)
    #expect(json["filter"] == ["executable": "00", "tool": "ap-demucs", "version": "0.1.0"])
    #expect(json["options"] == .object(manifest.run.options))
    #expect(
      json["files"] == [["name": "a.th", "sha256": "11"], ["name": "b'.th", "sha256": "22"]])
    #expect(json["source"] == ["file": "ö \"song\".mp3", "sha256": "33"])
    // A line, as text files have it.
    #expect(manifest.bytes.count { $0 == UInt8(ascii: "\n") } == 1)
    #expect(manifest.bytes.last == UInt8(ascii: "\n"))
  }

  @Test func damageIsNoManifest() {
    let bytes = manifest.bytes
    for length in 0..<bytes.count - 1 {
      #expect(Manifest.summary(of: Array(bytes[..<length])) == nil, "\(length)")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    for (part, damage) in [
      ("\"size\":1000", "\"size\":-1000"), ("\"size\":1000", "\"size\":1e3"),
      ("\"end\":900", "\"end\":1001"), ("\"end\":900", "\"end\":-1"),
      ("\"end\":900", "\"end\":99999999999999999999999"), ("outputs", "output"),
      ("\"format\":3", "\"format\":\"3\""), ("\"format\":3,", ""), ("xxh3", "sha256"),
    ] {
      let damaged = text.replacing(part, with: damage)
      #expect(damaged != text, "\(part)")
      #expect(Manifest.summary(of: Array(damaged.utf8)) == nil, "\(damage)")
    }
    for text in ["", "\0", "[", "{}", "[{}]", "{\"format\":3}", "{\"format\":2}", "format = 1"] {
      #expect(Manifest.summary(of: Array(text.utf8)) == nil, "\(text)")
    }
  }

  /// It can still be listed.
  @Test(arguments: ["1", "2", "4"])
  func ofAnotherVersionOnlyTheOutputIsUnknown(format: String) throws {
    for part in ["\"xxh3\":\"44\"", "\"sha256\":\"44\""] {
      let text = String(decoding: manifest.bytes, as: UTF8.self)
        .replacing("\"format\":3", with: "\"format\":\(format)")
        .replacing("\"xxh3\":\"44\"", with: part)
      var summary = try #require(Manifest.summary(of: manifest.bytes))
      summary.output = nil
      #expect(Manifest.summary(of: Array(text.utf8)) == summary)
    }
  }
}
