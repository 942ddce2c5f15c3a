import SystemPackage
import TestSupport
import Testing

@testable import AudioEncoding

@Suite struct MP4IndexTests {
  private func big(_ number: Int, _ width: Int) -> [UInt8] {
    (0..<width).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// A movie of one track whose sound stands in these places.
  private func movie(_ table: String, _ places: [Int], userData: [UInt8]? = nil) -> [UInt8] {
    let width = table == "co64" ? 8 : 4
    let offsets = MP4Index.box(
      table, [0, 0, 0, 0] + big(places.count, 4) + places.flatMap { big($0, width) })
    let sound = MP4Index.box(
      "mdia", MP4Index.box("mdhd", [1]) + MP4Index.box("minf", MP4Index.box("stbl", offsets)))
    let track = MP4Index.box("trak", MP4Index.box("tkhd", [2]) + sound)
    return MP4Index.box("moov", track + (userData.map { MP4Index.box("udta", $0) } ?? []))
  }

  @Test(
    arguments: [
      ("stco", [48, 1 << 31], true), ("co64", [48, 1 << 40], true),
      ("stco", [48, 1 << 32 - 1_000], true), ("stco", [48, 1 << 32 - 999], false),
    ] as [(String, [Int], Bool)])
  func soundMovesByTheIndexBeforeIt(table: String, places: [Int], fits: Bool) {
    var index = MP4Index(bytes: movie(table, places))
    #expect(index.shiftOffsets(by: 999) == fits)
    #expect(index.bytes == movie(table, places.map { fits ? $0 + 999 : $0 }))
  }

  @Test(arguments: [nil, [], MP4Index.box("meta", [7])] as [[UInt8]?])
  func userDataIsAddedToWhatIsThere(before: [UInt8]?) {
    var index = MP4Index(bytes: movie("stco", [48], userData: before))
    let box = MP4Index.box("stem", [1, 2, 3])
    index.add(userData: box)
    #expect(index.bytes == movie("stco", [48], userData: (before ?? []) + box))
  }

  /// More than is moved at once.
  @Test(arguments: [100, 200_000]) func theIndexGoesToTheFront(soundBytes: Int) throws {
    let folder = try TemporaryFolder()
    let type = MP4Index.box("ftyp", [1, 2, 3, 4])
    let sound = MP4Index.box("mdat", (0..<soundBytes).map { UInt8(truncatingIfNeeded: $0 / 7) })
    let path = try folder.write(type + sound + movie("stco", [type.count + 8]), to: "a.mp4")
    let file = try FileDescriptor.open(FilePath(path), .readWrite)
    try file.closeAfter { try MP4Index.finish(file, adding: nil) }
    let moved = movie("stco", [type.count + 8 + movie("stco", [0]).count])
    #expect(try Files.read(path) == type + moved + sound)
  }

  @Test(arguments: ["ftyp", "moov"]) func aFileWithoutABoxIsAnError(missing: String) throws {
    let folder = try TemporaryFolder()
    let boxes = ["ftyp", "mdat", "moov"].filter { $0 != missing }
    let path = try folder.write(boxes.flatMap { MP4Index.box($0, [0]) }, to: "a.mp4")
    let file = try FileDescriptor.open(FilePath(path), .readWrite)
    try file.closeAfter {
      #expect(throws: Errno.ioError) { try MP4Index.finish(file, adding: nil) }
    }
  }
}
