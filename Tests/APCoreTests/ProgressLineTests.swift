import Testing

@testable import APCore

@Suite struct ProgressLineTests {
  private static func line(
    done: Double, total: Double?, after seconds: Double, stage: String? = nil
  ) -> ProgressLine {
    ProgressLine(
      tool: "ap-demucs", stage: stage, done: Int(done * 100), total: total.map { Int($0 * 100) },
      rate: 100, seconds: seconds)
  }

  @Test(arguments: [
    (
      60, line(done: 60, total: 240, after: 20),
      "ap-demucs [=======                     ] 25% 1:00 left 3.0x"
    ),
    (40, line(done: 60, total: 240, after: 20), "ap-demucs [==      ] 25% 1:00 left 3.0x"),
    (24, line(done: 60, total: 240, after: 20), "ap-demucs 25% 1:00 left"),
    (12, line(done: 60, total: 240, after: 20), "ap-demucs 2"),
    (40, line(done: 240, total: 240, after: 80), "ap-demucs [=======] 100% 0:00 left 3.0x"),
    (
      40, line(done: 60, total: 14_400, after: 30), "ap-demucs [      ] 0% 1:59:30 left 2.0x"
    ),
    (40, line(done: 1, total: 240, after: 0.4), "ap-demucs [                        ] 0%"),
    (40, line(done: 65, total: nil, after: 20), "ap-demucs 1:05 3.3x"),
    (
      40, line(done: 60, total: 240, after: 0.5, stage: "measuring"),
      "ap-demucs, measuring [===         ] 25%"
    ),
    (40, line(done: 300, total: 240, after: 2), "ap-demucs [=================] 100% 150x"),
  ])
  func asMuchAsFits(columns: Int, line: ProgressLine, text: String) {
    #expect(line.text(columns: columns) == text)
    #expect(line.text(columns: columns).count < columns)
  }

  @Test func programsReadItBack() throws {
    let line = Self.line(done: 60, total: nil, after: 1.5, stage: "measuring")
    let copy = try #require(ProgressLine(line.json.object ?? [:]))
    #expect(copy.json == line.json)
    #expect(ProgressLine(["tool": "x", "done": -1, "rate": 1]) == nil)
  }
}
