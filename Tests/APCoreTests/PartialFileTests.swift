import APCore
import SystemPackage
import TestSupport
import Testing

@Suite struct PartialFileTests {
  @Test func hasItsNameOnlyWhenWhole() throws {
    let folder = try TemporaryFolder()
    let file = try PartialFile(for: folder.file("a.wav"), overwriting: false)
    #expect(!Files.exists(folder.file("a.wav")))
    #expect(Files.exists(file.path))
    try file.descriptor.writeAll("sound".utf8)
    try file.commit()
    #expect(try folder.list() == ["a.wav"])
    #expect(try Files.read(folder.file("a.wav")) == Array("sound".utf8))
  }

  @Test func leavesNothingWhenDiscardedOrForgotten() throws {
    let folder = try TemporaryFolder()
    let file = try PartialFile(for: folder.file("a"), overwriting: false)
    file.discard()
    _ = try PartialFile(for: folder.file("b"), overwriting: false)
    #expect(try folder.list() == [])
  }

  @Test func overwritesOnlyWhenAsked() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array("old".utf8), to: "a")
    #expect { try PartialFile(for: path, overwriting: false) } throws: { error in
      (error as? FilterError)?.code == .cannotCreate
    }
    let file = try PartialFile(for: path, overwriting: true)
    try file.descriptor.writeAll("new".utf8)
    #expect(try Files.read(path) == Array("old".utf8))
    try file.commit()
    #expect(try Files.read(path) == Array("new".utf8))
  }

  @Test func aNameThatWasTakenMeanwhileIsKept() throws {
    let folder = try TemporaryFolder()
    let file = try PartialFile(for: folder.file("a"), overwriting: false)
    let path = try folder.write(Array("other".utf8), to: "a")
    #expect(throws: FilterError.self) { try file.commit() }
    #expect(try Files.read(path) == Array("other".utf8))
    #expect(try folder.list() == ["a"])
  }

  @Test func saysThatAFolderIsMissing() throws {
    let folder = try TemporaryFolder()
    #expect { try PartialFile(for: folder.file("no/a"), overwriting: false) } throws: { error in
      (error as? FilterError)?.code == .cannotCreate
    }
  }

  @Test func aLinkToNowhereIsTaken() throws {
    let folder = try TemporaryFolder()
    #expect(try Command.tool("ln", "-s", "nowhere", folder.file("a")).run().status == 0)
    #expect { try PartialFile(for: folder.file("a"), overwriting: false) } throws: { error in
      (error as? FilterError)?.code == .cannotCreate
    }
  }

  /// Each is one only while it is open here.
  @Test(arguments: [true, false], ["pipe", "link", "link of a link", "descriptor"])
  func aPipeIsWrittenIntoOrRefused(takesPipe: Bool, name: String) throws {
    let folder = try TemporaryFolder()
    try #require(
      try Command.tool(
        "sh", "-ec", "cd \"$0\"; mkfifo pipe; ln -s pipe link; ln -s link 'link of a link'",
        folder.path
      ).run().status == 0)
    // A reader, so that a writer need not wait for one.
    let pipe = try FileDescriptor.open(folder.file("pipe"), .readWrite)
    try pipe.closeAfter {
      let path =
        name == "descriptor" ? "/proc/self/fd/\(pipe.rawValue)" : folder.file(name)
      guard takesPipe else {
        #expect { try PartialFile(for: path, overwriting: true) } throws: { error in
          (error as? FilterError)?.message == "\(path) exists and is not a regular file."
        }
        return
      }
      let file = try PartialFile(for: path, overwriting: false, takesPipe: true)
      try file.write(Array("sound".utf8))
      try file.commit()
      var bytes = [UInt8](repeating: 0, count: 5)
      #expect(try bytes.withUnsafeMutableBytes { try pipe.read(into: $0) } == 5)
      #expect(bytes == Array("sound".utf8))
    }
    #expect(try folder.list() == ["link", "link of a link", "pipe"])
    #expect(PartialFile.Obstacle(at: folder.file(name == "descriptor" ? "link" : name)) == .pipe)
  }

  @Test func aFolderIsRefused() throws {
    let folder = try TemporaryFolder()
    for takesPipe in [true, false] {
      #expect {
        try PartialFile(for: folder.path, overwriting: true, takesPipe: takesPipe)
      } throws: { error in
        (error as? FilterError)?.code == .cannotCreate
      }
    }
    #expect(try folder.list() == [])
  }

  @Test(arguments: [1, 200, 255]) func itsUnfinishedNameIsNotTooLong(length: Int) throws {
    let folder = try TemporaryFolder()
    let name = String(repeating: "n", count: length)
    let file = try PartialFile(for: folder.file(name), overwriting: false)
    #expect(try folder.list() != [name])
    try file.commit()
    #expect(try folder.list() == [name])
  }

  @Test func leftoversOfTheSamePlaceAreClearedAway() throws {
    let folder = try TemporaryFolder()
    let leftover = "a.ap-part-0123456789abc"
    let others = [
      "a.ap-part-0123456789abcd", "a.ap-part-0123456789ABé", "a.part-0123456789abc",
      "b.ap-part-0123456789abc",
    ]
    for name in others + [leftover] { _ = try folder.write([1], to: name) }
    let running = try PartialFile(for: folder.file("a"), overwriting: false)
    PartialFile.removeLeftovers(of: folder.file("a"))
    #expect(Files.exists(running.path))
    running.discard()
    #expect(try Set(folder.list()) == Set(others))
  }

  @Test func aSpoolHoldsWhatIsWritten() throws {
    let spool = try Spool.open()
    try spool.closeAfter {
      try spool.writeAll([1, 2, 3])
      try spool.seek(offset: 1, from: .start)
      var bytes: [UInt8] = [0, 0, 0]
      let count = try bytes.withUnsafeMutableBytes { try spool.read(into: $0) }
      #expect(count == 2)
      #expect(bytes == [2, 3, 0])
    }
  }
}
