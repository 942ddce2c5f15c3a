import APCore
import SystemPackage
import TestSupport
import Testing

@testable import AudioEncoding

/// What is changed in files that libsndfile has written, so that the same sound gives the same bytes.
@Suite struct ContainerTests {
  /// A page of one packet, with the checksum of RFC 3533 worked out bit by bit.
  private func page(serial: UInt32, sequence: UInt32, packet: [UInt8]) -> [UInt8] {
    var page = Array("OggS".utf8) + [0, 0] + le64(5) + le32(serial) + le32(sequence) + le32(0)
    page += [1, UInt8(packet.count)] + packet
    var sum: UInt32 = 0
    for byte in page {
      sum ^= UInt32(byte) << 24
      for _ in 0..<8 { sum = sum & 1 << 31 == 0 ? sum << 1 : sum << 1 ^ 0x04C1_1DB7 }
    }
    page.replaceSubrange(22..<26, with: le32(sum))
    return page
  }

  @Test func everyOggPageGetsTheSameSerialNumber() throws {
    let folder = try TemporaryFolder()
    func file(_ serial: UInt32) -> [UInt8] {
      (0..<3).flatMap { index in
        page(serial: serial, sequence: index, packet: Array(repeating: 9, count: 100 + Int(index)))
      }
    }
    let path = try folder.write(file(0xDEAD_BEEF), to: "a.ogg")
    let descriptor = try FileDescriptor.open(FilePath(path), .readWrite)
    try descriptor.closeAfter { try OggSerial.reset(in: descriptor, name: path) }
    #expect(try Files.read(path) == file(1))
  }

  @Test(arguments: [true, false]) func theTimeInAPeakChunkIsZero(hasPeak: Bool) throws {
    let folder = try TemporaryFolder()
    func file(time: UInt32) -> [UInt8] {
      let form = Array("fmt ".utf8) + le32(4) + [1, 2, 3, 4]
      let odd = Array("odd ".utf8) + le32(3) + [1, 2, 3, 0]
      let peak = Array("PEAK".utf8) + le32(16) + le32(1) + le32(time) + [1, 1, 1, 1, 1, 1, 1, 1]
      return Array("RF64".utf8) + le32(.max) + Array("WAVE".utf8) + form + odd
        + (hasPeak ? peak : []) + Array("data".utf8) + le32(8) + Array("PEAK".utf8) + le32(0)
    }
    let path = try folder.write(file(time: 0x1234_5678), to: "a.wav")
    let descriptor = try FileDescriptor.open(FilePath(path), .readWrite)
    try descriptor.closeAfter { try WaveChunks.resetTime(in: descriptor, name: path) }
    #expect(try Files.read(path) == file(time: 0))
  }
}
