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
      // Capitals in names do not count.
      ("Karaoke=Drums + 0.5*BASS", "karaoke", [("drums", 1), ("bass", 0.5)]),
      ("x=2E-1*a", "x", [("a", 0.2)]),
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
    "", "a", "=b", "a=", "a=+", "a=b+", "a=+b", "a=b++c", "a=b c", "a=b=c", "a=x*b",
    "a=1*", "a=*b", "a=1*2*b", "a=nan*b", "a=inf*b", "a=1/2*b", "a=ä", "a/b=c", "a= - b",
  ])
  func whatIsNoSumIsSaid(text: String) {
    let error = #expect(throws: FilterError.self) { try TrackSum(text) }
    #expect(error?.code == .usage)
    #expect(error?.message.hasPrefix("\"\(text)\": ") == true)
    #expect(error?.advice.contains("karaoke=drums+bass+0.5*other") == true)
  }

  /// What is meant, where it is not said as it should be.
  @Test(arguments: [
    ("x=vocals*0.5", "write 0.5*vocals."), ("x=a+vocals*.5", "write .5*vocals."),
    ("x=vocals*-2", "write -2*vocals."), ("X=Vocals*0.5", "write 0.5*vocals."),
    ("x=0.5 vocals", "write 0.5*vocals."),
    ("x=mix-0.5*vocals", "quotes: mix - 0.5*vocals."),
    ("x=mix- 0.5*vocals", "quotes: mix - 0.5*vocals."), ("x=mix- vocals", "quotes: mix - vocals."),
    ("x=a+dog-bark-2*b", "quotes: dog-bark - 2*b."),
    ("x=mix-0.5*dog-bark", "quotes: mix - 0.5*dog-bark."),
    // Long ones take no longer.
    ("x=" + String(repeating: "a-", count: 200) + "a*b", "karaoke=drums+bass+0.5*other."),
  ])
  func aMistakeIsCorrected(text: String, ending: String) {
    let error = #expect(throws: FilterError.self) { try TrackSum(text) }
    #expect(error?.message.hasPrefix("\"\(text)\": ") == true)
    #expect(error?.advice.hasSuffix(ending) == true, "\(error?.advice ?? "")")
  }

  /// By its letters each is a track's name.
  @Test(
    arguments: [
      ("mix-vocals", "quotes: mix - vocals."), ("mix-dog-bark", "quotes: mix - dog-bark."),
      ("dog-bark-mix-vocals", "quotes: dog-bark - mix - vocals."),
      ("0.5vocals", "write 0.5*vocals."), ("2dog-bark", "write 2*dog-bark."),
      ("-vocals", "write -1*vocals."), ("-.5mix", "write -.5*mix."),
      ("bass", nil), ("mix-bass", nil), ("bass-mix", nil), ("xmix", nil), ("mix-", nil),
      ("lead-vocals", nil),
    ] as [(String, String?)])
  func aNameThatIsNoneIsCorrected(name: String, ending: String?) {
    let advice = TrackSum.advice(for: name, among: ["mix", "vocals", "dog-bark"])
    #expect((advice == nil) == (ending == nil))
    #expect(advice?.hasSuffix(ending ?? "") ?? true, "\(advice ?? "")")
  }
}
