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
    output: .init(file: "stream", size: 1_000, sha256: "44", end: 900))

  @Test func whatIsWrittenIsReadBack() throws {
    let summary = try #require(Manifest.summary(of: manifest.text))
    #expect(summary.key == manifest.key)
    #expect(summary.created == manifest.created)
    #expect(summary.command == manifest.command)
    #expect(summary.source == "ö \"song\".mp3")
    #expect(summary.output == manifest.output)
  }

  @Test func allThatDecidesStandsInIt() {
    for line in [
      "tool = 'ap-demucs'", "version = '0.1.0'", "overlap = 0.25", "shifts = 2",
      "name = 'a.th'", "sha256 = '22'", "sha256 = '33'",
    ] {
      #expect(manifest.text.contains(line), "\(line)")
    }
    #expect(!manifest.text.contains("segment"))
  }

  @Test func damageIsNoManifest() {
    let bytes = Array(manifest.text.utf8)
    for length in stride(from: 0, to: bytes.count - 1, by: 7) {
      let cut = String(decoding: bytes[..<length], as: UTF8.self)
      let summary = Manifest.summary(of: cut)
      #expect(summary == nil || summary?.output == manifest.output)
    }
    for text in [
      "", "\0", "[", "key = 1", "format = 2", "format = 'one'",
      manifest.text.replacing("size = 1000", with: "size = -1000"),
      manifest.text.replacing("end = 900", with: "end = 1001"),
      manifest.text.replacing("end = 900", with: "end = -1"),
      manifest.text.replacing("end = 900", with: "end = 99999999999999999999999"),
      manifest.text.replacing("outputs", with: "output"),
    ] {
      #expect(Manifest.summary(of: text) == nil, "\(text)")
    }
  }
}
