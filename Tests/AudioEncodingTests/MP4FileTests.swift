import APCore
import SystemPackage
import TestSupport
import Testing

@testable import AudioEncoding

@Suite struct MP4FileTests {
  private func open(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(path, .readWrite, options: .create, permissions: .ownerReadWrite)
  }

  /// What libavcodec refuses is told in its words, and has nothing to do with the disk.
  @Test func theLibrarysErrorIsTold() throws {
    let folder = try TemporaryFolder()
    let file = try open(folder.file("a.m4a"))
    defer { try? file.close() }
    let format = try SoundFormat(.aac, samples: nil)
    let error = #expect(throws: FilterError.self) {
      try MP4File.begin("a.m4a", file, format: format, rate: 12_345, channels: 2, tags: [:])
    }
    #expect(error?.description == "Cannot write a.m4a: Invalid argument.")
  }

  @Test func theSystemsErrorIsTold() throws {
    let file = try open("/dev/full")
    defer { try? file.close() }
    let format = try SoundFormat(.aac, samples: nil)
    let error = #expect(throws: FilterError.self) {
      let tracks = try MP4File.begin(
        "a.m4a", file, format: format, rate: 44_100, channels: 1, tags: [:])
      try tracks[0].write(Sounds.noise(frames: 400_000).span)
      try tracks[0].finish()
    }
    #expect(
      error?.description
        == "Cannot write a.m4a: No space left on device. Is there room on the disk?")
  }
}
