import APCore
import Testing

@Suite struct WindowOptionsTests {
  @Test(
    arguments: [
      (nil, nil, nil, nil, true), (10, 5, nil, nil, true), (10, 5.1, nil, nil, false),
      (3, nil, nil, nil, false), (0, 0, nil, nil, false), (-1, 0, nil, nil, false),
      (.nan, 0, nil, nil, false), (.infinity, 0, nil, nil, false), (90_000, 0, nil, nil, false),
      (10, -1, nil, nil, false), (10, .nan, nil, nil, false), (nil, nil, 9, 17, true),
      (nil, nil, 9, nil, false), (nil, nil, nil, 17, false), (10, nil, 9, 17, false),
      (nil, nil, 17, 9, false), (nil, nil, 0, 9, false), (nil, 4, 8, 12, true),
      (nil, 4.1, 8, 17, false), (nil, 4, 8, 11, false), (nil, nil, .nan, 9, false),
    ] as [(Double?, Double?, Double?, Double?, Bool)])
  func knowsWhatGoesTogether(
    length: Double?, overlap: Double?, least: Double?, most: Double?, isGood: Bool
  ) {
    let options = WindowOptions(
      length: length, overlap: overlap, minLength: least, maxLength: most)
    #expect((options.problem == nil) == isGood, "\(options.problem ?? "")")
  }

  @Test func countsFrames() throws {
    let header = StreamHeader(channels: 1, rate: 44_100, tracks: [Track("mix")])
    let plan = try WindowOptions(
      length: nil, overlap: nil, minLength: nil, maxLength: nil
    ).plan(for: header)
    #expect(plan == .fixed(length: 1_323_000, overlap: 88_200))
  }

  @Test func refusesLessThanAFrame() {
    let header = StreamHeader(channels: 1, rate: 10, tracks: [Track("mix")])
    let options = WindowOptions(length: 0.01, overlap: 0, minLength: nil, maxLength: nil)
    #expect(throws: FilterError.self) { try options.plan(for: header) }
  }
}
