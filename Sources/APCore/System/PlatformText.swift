internal import Glibc
package import SystemPackage

/// The names of files, arguments and environment variables are bytes for the system, mostly but not
/// always UTF-8. As text, a byte that is not part of UTF-8 is a scalar of a private range, 0x10FE00
/// and the byte; ap-stream(5) says so, since names stand in headers. What is in that range to begin
/// with is taken byte by byte too, so that all bytes come back as they were.
extension String {
  private static let undecoded: ClosedRange<UInt32> = 0x10FE80...0x10FEFF
  private static let firstUndecoded: UInt32 = 0x10FE00

  /// The text for these bytes.
  package init(platformBytes bytes: some Collection<UInt8>) {
    var text = UnicodeScalarView()
    var rest = bytes[...]
    while let byte = rest.first {
      var decoder = UTF8()
      var next = rest.makeIterator()
      if case .scalarValue(let scalar) = decoder.decode(&next),
        !Self.undecoded.contains(scalar.value)
      {
        text.append(scalar)
        rest = rest.dropFirst(UTF8.width(scalar))
      } else {
        text.append(Unicode.Scalar(Self.firstUndecoded + UInt32(byte)) ?? "\u{FFFD}")
        rest = rest.dropFirst()
      }
    }
    self.init(text)
  }

  /// The text for bytes that a zero ends.
  package init(platformString: UnsafePointer<CChar>) {
    let bytes = UnsafeBufferPointer(start: platformString, count: strlen(platformString))
    self.init(platformBytes: bytes.map { UInt8(bitPattern: $0) })
  }

  /// The bytes that the text stands for.
  package var platformBytes: [UInt8] {
    unicodeScalars.flatMap { scalar in
      Self.undecoded.contains(scalar.value)
        ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(UTF8.encode(scalar) ?? .init())
    }
  }

  /// The bytes as C functions take them, a zero at their end.
  package var platformString: [CChar] {
    platformBytes.map { CChar(bitPattern: $0) } + [0]
  }

  /// The longest beginning that stands for at most `count` bytes, none of them a part of a character.
  package func platformPrefix(_ count: Int) -> String {
    var room = count
    return String(
      UnicodeScalarView(
        unicodeScalars.prefix { scalar in
          room -= Self.undecoded.contains(scalar.value) ? 1 : UTF8.width(scalar)
          return room >= 0
        }))
  }

  /// The text with bytes that are not UTF-8 as `\xE9`, for people to read.
  package var readable: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      if Self.undecoded.contains(scalar.value) {
        text += "\\x" + String(scalar.value & 0xff, radix: 16, uppercase: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension FileDescriptor {
  /// Opens the file of that name, of whatever bytes. It stands in for the function that takes a C
  /// string, to which a text would go as UTF-8. `open(2)`.
  package static func open(
    _ path: String, _ mode: AccessMode, options: OpenOptions = [],
    permissions: FilePermissions? = nil
  ) throws -> FileDescriptor {
    try open(path.platformString, mode, options: options, permissions: permissions)
  }
}
