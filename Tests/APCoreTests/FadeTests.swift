import APCore
import Testing

@Suite struct FadeTests {
  @Test(arguments: Fade.allCases, [0, 1, 2, 3, 7, 1000, 88_200])
  func weightsAndTheirComplementsAddUpToOne(fade: Fade, count: Int) {
    let weights = fade.weights(count: count)
    #expect(weights.count == count)
    // In double, so that nothing is rounded away.
    #expect(weights.allSatisfy { Double($0) + Double(1 - $0) == 1 })
    #expect(weights.allSatisfy { (0...1).contains($0) })
    #expect(zip(weights, weights.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(zip(weights, weights.reversed()).allSatisfy { $0 == 1 - $1 })
  }

  @Test func curvesAreThoseOfTheManual() {
    #expect(Fade.linear.weights(count: 4) == [0.125, 0.375, 0.625, 0.875])
    let cosine = Fade.cosine.weights(count: 2)
    #expect(abs(cosine[0] - 0.146_446_6) < 1e-6)
    #expect(abs(cosine[1] - 0.853_553_4) < 1e-6)
  }
}
