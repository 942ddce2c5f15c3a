import TestSupport
import Testing

@testable import SAMAudio

@Suite struct AnchorSpanTests {
  struct Row: Sendable {
    var spans: [AnchorSpan] = []
    /// Where the window begins, in seconds.
    var windowStart = 0.0
    /// What is known of 10 frames of 40 ms.
    var frames: String
  }

  static let rows = [
    Row(frames: ".........."),
    Row(spans: [heard(0, 0.4)], frames: "++++++++++"),
    Row(spans: [heard(0.04, 0.08)], frames: ".+........"),
    // Both ends are rounded up.
    Row(spans: [notHeard(0.05, 0.081)], frames: "..-......."),
    Row(spans: [heard(0.041, 0.08)], frames: ".........."),
    // Later ones overwrite earlier ones.
    Row(spans: [heard(0, 0.2), notHeard(0.08, 0.12)], frames: "++-++....."),
    Row(spans: [notHeard(0.08, 0.12), heard(0, 0.2)], frames: "+++++....."),
    // What is outside of the window is cut off.
    Row(spans: [heard(-5, 0.08), notHeard(0.32, 1e30)], frames: "++......--"),
    Row(spans: [heard(7, 9)], frames: ".........."),
    Row(spans: [heard(0.3, 0.1)], frames: ".........."),
    // Seconds count from the beginning of the input.
    Row(spans: [heard(10.08, 10.2)], windowStart: 10, frames: "..+++....."),
    Row(spans: [heard(0, 10.04)], windowStart: 10, frames: "+........."),
  ]

  @Test(arguments: rows) func framesAreMarked(row: Row) throws {
    let codec = try SAMAudioConfig(path: fixture("sam-audio/config.json")).audioCodec
    let classes = AnchorClass.classes(
      row.spans, windowStart: row.windowStart, frames: 10, codec: codec)
    let marks = classes.map { $0 == .present ? "+" : $0 == .absent ? "-" : "." }
    #expect(marks.joined() == row.frames)
  }

  private static func heard(_ start: Double, _ end: Double) -> AnchorSpan {
    AnchorSpan(isPresent: true, start: start, end: end)
  }

  private static func notHeard(_ start: Double, _ end: Double) -> AnchorSpan {
    AnchorSpan(isPresent: false, start: start, end: end)
  }
}
