/// A WAV file, byte by byte.
struct Wave {
  var samples: [Int16]
  var channels = 1
  var tag = "RIFF"
  /// The bits of a sample's container; the samples stand in its high ones.
  var bits = 16
  /// The bits that are said to count; nil: an ordinary header.
  var valid: Int?
  /// What the header says of the sound's bytes; nil: the truth.
  var size: Int?
  /// Chunks before and after the sound.
  var before: [UInt8] = []
  var after: [UInt8] = []

  init(
    _ samples: [Int16], channels: Int = 1, tag: String = "RIFF", bits: Int = 16, valid: Int? = nil,
    size: Int? = nil
  ) {
    (self.samples, self.channels, self.tag) = (samples, channels, tag)
    (self.bits, self.valid, self.size) = (bits, valid, size)
  }

  static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    Array(name.utf8) + little(content.count, 4) + content + (content.count % 2 == 1 ? [0] : [])
  }

  private static func little(_ value: Int, _ count: Int) -> [UInt8] {
    Boxes.big(value, count).reversed()
  }

  private func number(_ value: Int, _ count: Int) -> [UInt8] {
    tag == "RIFX" ? Boxes.big(value, count) : Self.little(value, count)
  }

  private var format: [UInt8] {
    let block = bits / 8 * channels
    let plain =
      number(valid == nil ? 1 : 0xfffe, 2) + number(channels, 2) + number(44_100, 4)
      + number(44_100 * block, 4) + number(block, 2) + number(bits, 2)
    guard let valid else { return plain }
    let kind: [UInt8] = [1, 0, 0, 0, 0, 0, 16, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71]
    return plain + number(22, 2) + number(valid, 2) + number(1 << channels - 1, 4) + kind
  }

  var bytes: [UInt8] {
    let data = samples.flatMap { number(Int($0) << (bits - 16), bits / 8) }
    let format = Array("fmt ".utf8) + number(self.format.count, 4) + self.format
    let rest = Array("WAVE".utf8) + format + before + Array("data".utf8)
    let length = rest.count + 4 + (size ?? data.count) + after.count
    return Array(tag.utf8) + number(min(length, 0xffff_ffff), 4) + rest
      + number(size ?? data.count, 4)
      + data + after
  }
}

/// An AIFF file, byte by byte.
struct Aiff {
  var samples: [Int16]
  var channels = 1
  /// What the header says of the sound's bytes; nil: the truth.
  var size: Int?
  /// Whether the sound comes before its description.
  var isSoundFirst = false

  init(_ samples: [Int16], channels: Int = 1, size: Int? = nil, isSoundFirst: Bool = false) {
    (self.samples, self.channels, self.size) = (samples, channels, size)
    self.isSoundFirst = isSoundFirst
  }

  var bytes: [UInt8] {
    let data = samples.flatMap { Boxes.big(Int($0), 2) }
    let frames = size.map { $0 / 2 / channels } ?? samples.count / channels
    let rate: [UInt8] = [0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]
    let format =
      Array("COMM".utf8) + Boxes.big(18, 4) + Boxes.big(channels, 2) + Boxes.big(frames, 4)
      + Boxes.big(16, 2) + rate
    let sound =
      Array("SSND".utf8) + Boxes.big(size ?? data.count + 8, 4) + [UInt8](repeating: 0, count: 8)
      + data
    let rest = Array("AIFF".utf8) + (isSoundFirst ? sound + format : format + sound)
    return Array("FORM".utf8)
      + Boxes.big(size.map { $0 == 0 ? 0 : min($0 + 46, 0xffff_ffff) } ?? rest.count, 4) + rest
  }
}
