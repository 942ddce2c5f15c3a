import APCore
import Testing

@Suite struct WindowOptionsTests {
  @Test(
    arguments: [
      (nil, nil, nil, nil, true), (10, 5, nil, nil, true), (10, 5.1, nil, nil, false),
      (3, nil, nil, nil, true), (0, 0, nil, nil, false), (-1, 0, nil, nil, false),
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

  /// The default overlap is 2 seconds, and fits shorter windows too.
  @Test(arguments: [
    (nil, 1_323_000, 88_200), (4, 176_400, 88_200), (3, 132_300, 66_150), (0.5, 22_050, 11_025),
  ])
  func countsFrames(seconds: Double?, length: Int, overlap: Int) throws {
    let header = StreamHeader(channels: 1, rate: 44_100, tracks: [Track("mix")])
    let plan = try WindowOptions(
      length: seconds, overlap: nil, minLength: nil, maxLength: nil
    ).plan(for: header)
    #expect(plan == .fixed(length: length, overlap: overlap))
  }

  @Test func refusesLessThanAFrame() {
    let header = StreamHeader(channels: 1, rate: 10, tracks: [Track("mix")])
    let options = WindowOptions(length: 0.01, overlap: 0, minLength: nil, maxLength: nil)
    #expect(throws: FilterError.self) { try options.plan(for: header) }
  }
}
