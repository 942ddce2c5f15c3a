/// The marks of a time line.
struct TimeAxis {
  /// A mark: seconds from the start, and its words.
  struct Mark: Hashable {
    var seconds: Double
    var label: String
  }

  let marks: [Mark]

  private static let steps: [Double] = [
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600,
    900, 1800, 3600,
  ]

  /// - Parameters:
  ///   - seconds: how long the line is.
  ///   - most: how many marks there is room for, the one at 0 aside; at least 1.
  init(seconds: Double, most: Int) {
    let step =
      Self.steps.first { seconds / $0 <= Double(most) }
      ?? (seconds / Double(most) / 3600).rounded(.up) * 3600
    marks = (0...Int(seconds / step)).map { index in
      let time = Double(index) * step
      return Mark(seconds: time, label: Self.label(time, step: step))
    }
  }

  private static func label(_ seconds: Double, step: Double) -> String {
    if step < 1 {
      let digits = step < 0.01 ? 3 : step < 0.1 ? 2 : 1
      let scale = [1: 10, 2: 100, 3: 1000][digits] ?? 1
      let value = Int((seconds * Double(scale)).rounded())
      let fraction = String(value % scale + scale).dropFirst()
      return "\(value / scale).\(fraction) s"
    }
    let whole = Int(seconds)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return whole < 3600
      ? "\(whole / 60):\(two(whole % 60))"
      : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }
}
