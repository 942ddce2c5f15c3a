import Testing

@testable import SAMAudio

@Suite struct AnchorSpanTextTests {
  @Test(
    arguments: [
      ("+1.2..3.4", AnchorSpan(isPresent: true, start: 1.2, end: 3.4)),
      ("-1..2", AnchorSpan(isPresent: false, start: 1, end: 2)),
      ("+0..0.04", AnchorSpan(isPresent: true, start: 0, end: 0.04)),
      ("+0:59..1:02.5", AnchorSpan(isPresent: true, start: 59, end: 62.5)),
      ("-1:00:00..1:00:00.25", AnchorSpan(isPresent: false, start: 3600, end: 3600.25)),
      ("+1:02..0:59", nil), ("+1:75..2:00", nil),
      ("-.5..1e", nil), ("1..2", nil), ("+1-2", nil), ("+2..1", nil), ("+1..1", nil), ("+..1", nil),
      ("+1..", nil), ("+-1..2", nil), ("+1..inf", nil), ("+nan..2", nil), ("+1...2", nil),
      ("+0x1..2", nil), ("+1..2 ", nil), ("", nil), ("+", nil), ("+1..٣", nil), ("+1.2.3..4", nil),
    ] as [(String, AnchorSpan?)])
  func spansAreRead(text: String, span: AnchorSpan?) {
    #expect(AnchorSpan(text) == span)
    if let span { #expect(AnchorSpan(span.text) == span) }
  }
}
