import APCore
import TestSupport
import Testing

@Suite struct FileSystemTests {
  /// An accent after a slash is a part of the name, though both are one character.
  @Test(arguments: [
    ("a", "a", "."), ("a/b", "b", "a"), ("/a", "a", "/"), ("/a/b.c", "b.c", "/a"),
    ("../b", "b", ".."), ("a/\u{301}b", "\u{301}b", "a"),
  ])
  func aPathHasANameAndAFolder(path: String, name: String, folder: String) {
    #expect(Array(FileSystem.name(path).unicodeScalars) == Array(name.unicodeScalars))
    #expect(Array(FileSystem.parent(path).unicodeScalars) == Array(folder.unicodeScalars))
  }

  @Test(arguments: [("a/", "a"), ("a/b//", "b"), ("/", "/"), ("", "")])
  func slashesAtTheEndAreNoName(path: String, name: String) {
    #expect(FileSystem.name(path) == name)
  }

  @Test(arguments: [
    ("a", "a"), ("a/", "a"), ("a//b///", "a/b"), ("//a//b", "/a/b"), ("/", "/"), ("//", "/"),
    ("./a/", "./a"), ("../", ".."), ("", ""), ("a/\u{301}b/", "a/\u{301}b"),
  ])
  func aPathIsTidied(path: String, tidy: String) {
    #expect(Array(FileSystem.tidied(path).unicodeScalars) == Array(tidy.unicodeScalars))
  }

  @Test func aFolderHasTheNamesThatAreItsOwn() throws {
    let folder = try TemporaryFolder()
    for name in ["b", ".a"] { _ = try folder.write([], to: name) }
    #expect(FileSystem.names(in: folder.path) == [".a", "b"])
    #expect(FileSystem.names(in: folder.file("none")) == [])
  }
}
