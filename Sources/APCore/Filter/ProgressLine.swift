/// How far a filter is, in one line.
struct ProgressLine {
  var tool: String
  /// What it does before the stream; nil for the stream itself.
  var stage: String?
  /// Frames that are done.
  var done: Int
  /// Frames there are; nil where that is not known.
  var total: Int?
  /// Frames a second.
  var rate: Int
  /// How long it has taken so far.
  var seconds: Double

  /// For programs.
  var json: JSONValue {
    var object: [String: JSONValue] = [
      "type": "progress", "tool": .string(tool), "done": JSONValue(done),
      "total": total.map { JSONValue($0) } ?? .null, "rate": JSONValue(rate),
      "seconds": JSONValue((seconds * 1000).rounded() / 1000),
    ]
    object["stage"] = stage.map { .string($0) }
    return .object(object)
  }

  /// For people: as much as fits, with room for the cursor.
  func text(columns: Int) -> String {
    let room = max(columns - 1, 0)
    let head = stage.map { "\(tool), \($0)" } ?? tool
    guard let part else {
      return String("\(head) \(Self.time(soundSeconds))\(speed)".prefix(room))
    }
    let tail = " \(Int(part * 100))%\(timeLeft)\(speed)"
    let bar = min(room - head.count - tail.count - 3, 40)
    guard bar >= 4 else { return String("\(head)\(tail)".prefix(room)) }
    let filled = Int(part * Double(bar))
    return head + " [" + String(repeating: "=", count: filled)
      + String(repeating: " ", count: bar - filled) + "]" + tail
  }

  private var part: Double? {
    total.flatMap { $0 > 0 ? min(max(Double(done) / Double($0), 0), 1) : nil }
  }

  private var soundSeconds: Double { Double(done) / Double(rate) }

  /// Before a second has passed, nobody can say.
  private var isTelling: Bool { seconds >= 1 && done > 0 }

  private var timeLeft: String {
    guard isTelling, let total, total >= done else { return "" }
    return " \(Self.time(seconds * Double(total - done) / Double(done))) left"
  }

  private var speed: String {
    isTelling ? " \(Self.times(soundSeconds / seconds))" : ""
  }

  /// How many seconds of sound in a second.
  static func times(_ factor: Double) -> String {
    factor < 10 ? "\((factor * 10).rounded() / 10)x" : "\(Int(min(factor, 1e9).rounded()))x"
  }

  /// Minutes and seconds, and hours where there are some.
  static func time(_ seconds: Double) -> String {
    let all = Int(min(max(seconds, 0), 1e9).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }
}

extension ProgressLine {
  /// Reads what another filter said; nil where it is not progress.
  init?(_ members: [String: JSONValue]) {
    guard let tool = members["tool"]?.string, let done = members["done"]?.int,
      let rate = members["rate"]?.int, rate > 0, done >= 0
    else { return nil }
    self.init(
      tool: tool, stage: members["stage"]?.string, done: done, total: members["total"]?.int,
      rate: rate, seconds: members["seconds"]?.double ?? 0)
  }
}
