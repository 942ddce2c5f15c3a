internal import APCore

/// What a `.stem.mp4` tells DJ software of its stems, in a box of the name `stem` among the user's data.
struct StemMetadata {
  /// What the stems are called, in the order of the tracks after the mix.
  let names: [String]

  /// Drums, bass, other and vocals, as Native Instruments' own software paints them.
  private static let colours = ["#009E73", "#D55E00", "#CC79A7", "#56B4E9"]

  /// The box.
  var box: [UInt8] {
    let stems = zip(names, Self.colours).map { name, colour in
      JSONValue.object(["color": .string(colour), "name": .string(name)])
    }
    // A compressor and a limiter that are off; players want all their figures nevertheless.
    let mastering = JSONValue.object([
      "compressor": .object([
        "attack": .number("0.003"), "dry_wet": .number("50"), "enabled": .bool(false),
        "hp_cutoff": .number("300"), "input_gain": .number("0.5"), "output_gain": .number("0.5"),
        "ratio": .number("3"), "release": .number("0.3"), "threshold": .number("0"),
      ]),
      "limiter": .object([
        "ceiling": .number("-0.35"), "enabled": .bool(false), "release": .number("0.05"),
        "threshold": .number("0"),
      ]),
    ])
    let text = JSONValue.object([
      "mastering_dsp": mastering, "stems": .array(stems), "version": .number("1"),
    ])
    return MP4Index.box("stem", Array(text.serialized()))
  }
}
