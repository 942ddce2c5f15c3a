import APCore
import Checkpoints

/// What the stems of a network are called, and the names under which they can be asked for.
///
/// A network that was trained for one instrument gives that; the other one of two is what is left of the mix.
package struct StemNames: Sendable, Hashable {
  /// What comes out of the network.
  package let stems: [String]
  /// What the mix is without its only stem; nil where that has no name.
  package let rest: String?
  /// What comes out where nobody asks for anything else.
  package let preferred: [String]

  /// All names.
  package var all: [String] { stems + (rest.map { [$0] } ?? []) }

  /// Reads `training.instruments` and `training.target_instrument`.
  ///
  /// - Parameter count: stems of the network.
  /// - Throws: `unsupportedCheckpoint`.
  init(_ training: ModelArguments, stems count: Int) throws(FilterError) {
    let instruments = try training.texts("instruments").map(Self.trackName)
    let target = training.values["target_instrument"]?.text.map(Self.trackName)
    guard Set(instruments).count == instruments.count, !instruments.contains("") else {
      throw training.refusal(
        "instruments", instruments.joined(separator: ", "), wanted: "a different name for each")
    }
    if let target {
      guard instruments.contains(target) else {
        throw training.refusal("target_instrument", target, wanted: "one of the instruments")
      }
      if count == 1 {
        stems = [target]
        rest = instruments.count == 2 ? instruments.first { $0 != target } : nil
        preferred = [target]
        return
      }
    }
    guard instruments.count == count else {
      throw training.refusal(
        "instruments", "a list of \(instruments.count)",
        wanted: "a name for each of the \(count) stems")
    }
    stems = instruments
    rest = nil
    preferred = target.map { [$0] } ?? instruments
  }

  /// The name of a track for an instrument: `No Reverb` is `no_reverb`.
  package static func trackName(_ instrument: String) -> String {
    let bytes = instrument.lowercased().utf8.prefix(64).map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "."), UInt8(ascii: "-"):
        byte
      default: UInt8(ascii: "_")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
