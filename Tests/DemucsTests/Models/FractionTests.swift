import Demucs
import Testing

@Suite struct FractionTests {
  @Test(arguments: [
    ("39/5", 39, 5), ("4", 4, 1), ("78/10", 39, 5), ("-6/4", -3, 2), ("0/7", 0, 1),
  ])
  func isReadInLowestTerms(text: String, numerator: Int, denominator: Int) throws {
    let fraction = try #require(Fraction(text))
    #expect(fraction.numerator == numerator)
    #expect(fraction.denominator == denominator)
  }

  @Test(arguments: [
    "", "/", "1/", "/2", "1/0", "1/-2", "1/2/3", "a", "1.5", "9999999999", "1/9999999999",
    "99999999999999999999",
  ])
  func otherTextIsNone(text: String) {
    #expect(Fraction(text) == nil)
  }

  @Test func doublesAreTakenToTheMillionth() {
    #expect(Fraction(nearest: 7.8) == Fraction(39, 5))
    #expect(Fraction(nearest: 1e300) == nil)
    #expect(Fraction(nearest: .nan) == nil)
  }
}
