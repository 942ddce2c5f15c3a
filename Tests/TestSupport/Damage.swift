/// Damaged files for parsers to read or refuse.
package enum Damage {
  /// The bytes with one to three places changed: bits, bytes, runs left out, doubled or copied.
  ///
  /// - Parameter round: its remainder by 3 says how many places.
  package static func some(
    of original: [UInt8], round: Int, using random: inout SplitMix
  ) -> [UInt8] {
    var bytes = original
    for _ in 0...(round % 3) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let length = min(Int.random(in: 1...16, using: &random), bytes.count - place)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = .random(in: 0...255, using: &random)
      case 2: bytes[place] = [0, 0x7f, 0x80, 0xff].randomElement(using: &random)!
      case 3:
        bytes.replaceSubrange(place..<place + length, with: repeatElement(0xff, count: length))
      case 4: bytes.removeSubrange(place..<place + length)
      case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      default:
        let other = Int.random(in: 0...bytes.count - length, using: &random)
        bytes.replaceSubrange(place..<place + length, with: bytes[other..<other + length])
      }
      if bytes.isEmpty { bytes = [0] }
    }
    return bytes
  }
}
