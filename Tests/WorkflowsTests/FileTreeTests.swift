import TestSupport
import Testing

@testable import Workflows

@Suite struct FileTreeTests {
  @Test func whatIsNewIsRemovedAndNothingElse() throws {
    let folder = try TemporaryFolder()
    let script =
      "cd '\(folder.path)' && mkdir -p old empty && echo 1 > old/kept && echo 1 > old/changed"
    #expect(try Command.tool("sh", "-c", script).run().status == 0)
    let paths = ["old", "new", "file", "absent", "empty"].map(folder.file)
    let before = FileTree(paths)
    #expect(before.files.count == 2)
    let changes = """
      cd '\(folder.path)' && echo 22 > old/changed && mkdir -p old/inner new/a/b && touch file other
      touch new/a/b/c old/inner/d new/e && ln -s . new/loop && ln -s /absent old/nowhere
      """
    #expect(try Command.tool("sh", "-c", changes).run().status == 0)
    before.restore(paths)
    let left = try Command.tool("sh", "-c", "cd '\(folder.path)' && find . | sort").run().text
    #expect(left == ".\n./empty\n./old\n./old/kept\n./old/nowhere\n./other\n")
  }
}
