/// Files that are nothing but frames of sound, one after the other, and tags between them. Each frame
/// says how long it is.
enum FrameFormat: CaseIterable {
  case mpegAudio, adts, ac3, wavPack

  /// What of a frame must be there to know its size.
  static let headSize = 40

  private var firstByte: UInt8 {
    switch self {
    case .mpegAudio, .adts: 0xff
    case .ac3: 0x0b
    case .wavPack: UInt8(ascii: "w")
    }
  }

  /// A frame's size in bytes, and what is the same in all frames of a file.
  struct Frame: Equatable {
    let size: Int
    let kind: Int
  }

  /// The frame that begins at a place; nil where none does.
  func frame(in bytes: ArraySlice<UInt8>) -> Frame? {
    guard bytes.first == firstByte, bytes.count >= 8 else { return nil }
    let head = Array(bytes.prefix(Self.headSize))
    return switch self {
    case .mpegAudio: Self.mpegAudio(head)
    case .adts: Self.adts(head)
    case .ac3: Self.ac3(head)
    case .wavPack: Self.wavPack(head)
    }
  }

  /// Bit rates in kbit/s by their index from 1: the first version's three layers, the second's
  /// first layer and its other two (ISO/IEC 11172-3, 13818-3).
  private static let bitRates = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ]

  private static func mpegAudio(_ head: [UInt8]) -> Frame? {
    let (version, layer) = (head[1] >> 3 & 3, 4 - Int(head[1] >> 1 & 3))
    let (bitRate, rate) = (Int(head[2] >> 4), Int(head[2] >> 2 & 3))
    guard head[0] == 0xff, head[1] & 0xe0 == 0xe0, version != 1, layer < 4, rate < 3,
      1...14 ~= bitRate
    else { return nil }
    let table = version == 3 ? layer - 1 : layer == 1 ? 3 : 4
    let bits = bitRates[table][bitRate - 1] * 1000
    let hertz = [44_100, 48_000, 32_000][rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
    let padding = Int(head[2] >> 1 & 1)
    let size =
      switch layer {
      case 1: (12 * bits / hertz + padding) * 4
      case 3 where version != 3: 72 * bits / hertz + padding
      default: 144 * bits / hertz + padding
      }
    return Frame(size: size, kind: Int(head[1] & 0x1e) << 2 | rate)
  }

  /// ISO/IEC 13818-7, the transport stream of AAC.
  private static func adts(_ head: [UInt8]) -> Frame? {
    let size = Int(head[3] & 3) << 11 | Int(head[4]) << 3 | Int(head[5] >> 5)
    let rate = head[2] >> 2 & 15
    guard head[0] == 0xff, head[1] & 0xf6 == 0xf0, rate < 13, size > 7 else { return nil }
    return Frame(size: size, kind: Int(head[1] & 8) << 4 | Int(rate))
  }

  /// AC-3 and E-AC-3 (ETSI TS 102 366).
  private static func ac3(_ head: [UInt8]) -> Frame? {
    guard head[0] == 0x0b, head[1] == 0x77 else { return nil }
    let (rate, identity) = (Int(head[4] >> 6), Int(head[5] >> 3))
    guard identity <= 10 else {
      let size = 2 * ((Int(head[2] & 7) << 8 | Int(head[3])) + 1)
      return identity <= 16 ? Frame(size: size, kind: 1) : nil
    }
    let code = Int(head[4] & 63)
    let bitRates = [
      32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
    ]
    guard rate < 3, code / 2 < bitRates.count else { return nil }
    let bits = bitRates[code / 2]
    let size = [4 * bits, 2 * (bits * 320 / 147 + code % 2), 6 * bits][rate]
    return Frame(size: size, kind: 0)
  }

  private static func wavPack(_ head: [UInt8]) -> Frame? {
    guard head.starts(with: "wvpk".utf8) else { return nil }
    let size = head[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) } + 8
    return 32...1 << 24 ~= size ? Frame(size: size, kind: 0) : nil
  }

  /// Whether an MP3's frame holds no sound, but tells of the file (the Xing or Info tag).
  static func isInfo(_ bytes: ArraySlice<UInt8>) -> Bool {
    let head = Array(bytes.prefix(headSize))
    guard head.count == headSize, head[1] & 6 == 2 else { return false }
    let isMono = head[3] & 0xc0 == 0xc0
    let side = head[1] & 0x18 == 0x18 ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    let name = head[(4 + side)...].prefix(4)
    return name.elementsEqual("Info".utf8) || name.elementsEqual("Xing".utf8)
  }
}
