import APCore
import Testing

@testable import Workflows

@Suite struct StageEndTests {
  private static let pipe = StageEnd.Status.signaled(13)

  /// Ends in the order of time: the command's place and its status; and the place of the cause.
  static let ends: [([(Int, StageEnd.Status)], Int?)] = [
    ([(0, .exited(0)), (1, .exited(0))], nil),
    ([(0, .exited(66)), (1, .exited(65)), (2, .exited(65))], 0),
    // What was cut is noticed before the one that cut it has ended.
    ([(2, .exited(65)), (1, .exited(65)), (0, .exited(66))], 0),
    ([(1, .exited(65)), (0, .exited(0)), (2, .exited(65))], 1),
    ([(2, .exited(73)), (1, .ended), (0, .ended)], 2),
    ([(0, pipe), (1, pipe), (2, .exited(73))], 2),
    ([(1, .exited(1)), (0, .exited(74)), (2, .exited(65))], 1),
    ([(1, .signaled(9)), (2, .exited(65)), (0, pipe)], 1),
    ([(0, pipe), (1, .exited(0))], 0),
    // An abort's status is taken over, by whoever ends first.
    ([(2, .exited(66)), (1, .exited(66)), (0, .exited(66))], 0),
    ([(2, .exited(69)), (0, pipe), (1, .exited(69))], 1),
    ([(2, .exited(73)), (1, .exited(66)), (0, .exited(66))], 2),
    ([(1, .notStarted("no")), (0, pipe), (2, .exited(65))], 1),
  ]

  @Test(arguments: ends)
  func theCauseIsTold(ends: [(Int, StageEnd.Status)], cause: Int?) {
    #expect(ends.map { StageEnd(stage: $0.0, status: $0.1) }.cause?.stage == cause)
  }

  @Test func aStatusIsAShells() {
    #expect(StageEnd.Status.exited(65).exitStatus.rawValue == 65)
    #expect(StageEnd.Status.signaled(9).exitStatus.rawValue == 137)
  }
}

@Suite struct LineSplitterTests {
  @Test(arguments: [1, 3, 100])
  func linesAreThoseOfTheText(size: Int) {
    let bytes = Array("one\n\ntwo\rthree\r\nfour".utf8)
    var splitter = LineSplitter()
    var lines: [String] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      lines += splitter.push(Array(bytes[start..<min(start + size, bytes.count)]).span.bytes)
    }
    #expect(lines == ["one", "two", "three"])
    #expect(splitter.finish() == ["four"])
    #expect(splitter.finish() == [])
  }

  @Test func aLineWithoutAnEndIsCut() {
    var splitter = LineSplitter()
    let lines = splitter.push([UInt8](repeating: 0x61, count: 10_000).span.bytes)
    #expect(lines.map(\.count) == [4_096, 4_096])
    #expect(splitter.finish().map(\.count) == [10_000 - 8_192])
  }
}
