import APCore
import Testing

@testable import Mixing

@Suite struct TrackSumTests {
  @Test(
    arguments: [
      ("a=b", "a", [("b", 1)]),
      ("karaoke=drums+bass+other", "karaoke", [("drums", 1), ("bass", 1), ("other", 1)]),
      ("quiet=0.5*vocals", "quiet", [("vocals", 0.5)]),
      ("x=2*a+.25*b", "x", [("a", 2), ("b", 0.25)]),
      ("x=-1*a+mix", "x", [("a", -1), ("mix", 1)]),
      ("x=mix+-0.5*a", "x", [("mix", 1), ("a", -0.5)]),
      ("x=mix - vocals", "x", [("mix", 1), ("vocals", -1)]),
      (
        "x=mix - 0.5*vocals - bass + a", "x",
        [("mix", 1), ("vocals", -0.5), ("bass", -1), ("a", 1)]
      ),
      (" x = a + 2 * b", "x", [("a", 1), ("b", 2)]),
      // A minus sign is a part of a name.
      ("dog-only=dog-bark+man-1", "dog-only", [("dog-bark", 1), ("man-1", 1)]),
      ("1=2*3", "1", [("3", 2)]),
      ("x=a+a", "x", [("a", 1), ("a", 1)]),
    ] as [(String, String, [(String, Double)])])
  func sumsAreRead(text: String, name: String, terms: [(String, Double)]) throws {
    let sum = try TrackSum(text)
    #expect(sum.name == name)
    #expect(sum.terms == terms.map { TrackSum.Term(track: $0, gain: $1) })
  }

  @Test(arguments: [
    "", "a", "=b", "a=", "a=+", "a=b+", "a=+b", "a=b++c", "A=b", "a=B", "a=b c", "a=b=c", "a=x*b",
    "a=1*", "a=*b", "a=1*2*b", "a=nan*b", "a=inf*b", "a=1/2*b", "a=ä", "a/b=c", "a= - b",
  ])
  func whatIsNoSumIsSaid(text: String) {
    let error = #expect(throws: FilterError.self) { try TrackSum(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.hasPrefix("\"\(text)\": ") == true)
    #expect(error?.advice.contains("karaoke=drums+bass+0.5*other") == true)
  }
}
