import Testing

@testable import Pictures

@Suite struct ColumnsTests {
  private struct Sum: ColumnValue, Equatable {
    var value: Float = 0

    mutating func add(_ other: Self, part: Float) { value += other.value * part }
  }

  /// A value in each of these frames.
  private static func columns(_ frames: some Sequence<Int>) -> Columns<Sum> {
    var columns = Columns(span: 1, empty: Sum())
    for frame in frames { columns.add(Sum(value: 1), at: frame) }
    return columns
  }

  @Test(arguments: [1, 2, 5, 2_047, 2_048, 2_049, 4_096, 4_097, 40_000])
  func nothingIsLost(frames: Int) {
    let columns = Self.columns(0..<frames)
    #expect(columns.span < max(2, frames / 512))
    for count in [1, 7, 960] {
      let stretched = columns.stretched(to: count, frames: frames).map(\.value)
      #expect(stretched.count == count)
      #expect(abs(stretched.reduce(0, +) - Float(frames)) < 1e-3 * Float(frames))
      for value in stretched.dropLast() {
        // Columns that lie at a pixel's edge are shared by the part that lies in it.
        #expect(abs(value - Float(frames) / Float(count)) < 1e-3 * Float(frames))
      }
    }
  }

  @Test func farAwayIsNoWork() {
    let columns = Self.columns([0, 1 << 53])
    let halves = columns.stretched(to: 2, frames: 1 << 54).map(\.value)
    #expect(halves == [1, 1])
  }

  @Test func nothingCoversNothing() {
    #expect(Self.columns([]).stretched(to: 3, frames: 0).map(\.value) == [0, 0, 0])
    #expect(Self.columns([]).stretched(to: 2, frames: 100).map(\.value) == [0, 0])
  }
}

@Suite struct TimeAxisTests {
  @Test(arguments: [
    (0.0, ["0.000 s"]), (0.004, ["0.000 s", "0.001 s", "0.002 s", "0.003 s", "0.004 s"]),
    (1.0, ["0.0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s"]),
    (9.9, ["0:00", "0:02", "0:04", "0:06", "0:08"]),
    (185.0, ["0:00", "1:00", "2:00", "3:00"]),
    (7_300.0, ["0:00", "0:30:00", "1:00:00", "1:30:00", "2:00:00"]),
  ])
  func marksAreRound(seconds: Double, labels: [String]) {
    #expect(TimeAxis(seconds: seconds, most: 5).marks.map(\.label) == labels.map(Self.short))
  }

  /// Below an hour there are no hours.
  private static func short(_ label: String) -> String {
    label == "0:30:00" ? "30:00" : label
  }

  @Test func thereIsRoomForAll() {
    for seconds in [0.001, 3, 59, 3_599, 86_400, 1e7] {
      #expect((1...13).contains(TimeAxis(seconds: seconds, most: 12).marks.count))
    }
  }
}

@Suite struct StrokeFontTests {
  /// What a track's name and an axis can have.
  @Test func everyLetterIsItsOwn() {
    let letters = (0x20...0x7E).compactMap(Unicode.Scalar.init).map(Character.init)
    let shapes = letters.map { letter in
      StrokeFont.glyph(letter).strokes.map { [$0.from.x, $0.from.y, $0.to.x, $0.to.y] }
    }
    #expect(Set(shapes).count == letters.count)
    #expect(
      !shapes.contains(
        StrokeFont.glyph("é").strokes.map { [$0.from.x, $0.from.y, $0.to.x, $0.to.y] }))
  }
}
