import TestSupport
import Testing

/// A pipe or a device where an output is to be: it is written into or refused, and never replaced.
@Suite struct OutputPlaceTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    _ = try place.folder.write(Filters.input(for: "ap-view"), to: "in")
  }

  /// Scripts that run `write PLACE` where the place leads to the file `got`, and check that it is still
  /// what it was.
  static let places = [
    "mkfifo p; cat p >got & write p; wait; [ -p p ] && [ ! -L p ]",
    "mkfifo p; ln -s p l; ln -s l m; cat p >got & write m; wait; [ -L m ] && [ -L l ] && [ -p p ]",
    "write >(cat >got); wait $!",
    "write /dev/fd/3 3>got",
    "write /proc/self/fd/3 3>>got",
    // As /dev/stdout is, for a file too.
    "ln -s /proc/self/fd/3 l; write l 3>got; [ -L l ]",
    "ln -s /proc/self/fd/3 l; ln -s l m; write m 3> >(cat >got); wait $!; [ -L l ] && [ -L m ]",
  ]

  private static let outputs = [
    (command: "ap-view --png picture.png --report", head: #"{"audio-seconds":"#),
    (command: "ap-segment --report", head: #"{"audio-seconds":"#),
    (command: "ap-view --png", head: "PNG\r\n"),
    (command: "ap-view --force --png", head: "PNG\r\n"),
  ]

  @Test(arguments: places, outputs)
  func itIsWrittenInto(script: String, output: (command: String, head: String)) throws {
    let outcome = try place.shell(
      "set -e; write() { \(output.command) \"$1\" <in >out; }; \(script)")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors == "")
    let got = try Files.read(place.folder.file("got"))
    let head = got.drop { $0 == 0x89 }.prefix(output.head.utf8.count)
    #expect(String(decoding: head, as: UTF8.self) == output.head)
    let names = Set(try place.folder.list()).subtracting(["in", "out", "got", "picture.png"])
    #expect(names.isSubset(of: ["p", "l", "m"]), "\(names)")
  }

  /// What was there before is not cut off.
  @Test func aFileThatIsOpenIsAddedTo() throws {
    let outcome = try place.shell("echo first >got; ap-segment --report /dev/fd/3 <in >out 3>>got")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try place.shell("head -c 22 got").text == "first\n{\"audio-seconds\"")
  }

  @Test(arguments: places, ["", "--force"])
  func soundFilesDoNotTakeIt(script: String, option: String) throws {
    // A reader that nobody writes for must not wait.
    let outcome = try place.shell(
      """
      write() {
        ap-encode \(option) --format wav -o "$1" <in; echo $?
        [ ! -p p ] || : >p
      }
      \(script); ls -A
      """)
    #expect(outcome.errors.contains("exists and is not a regular file. For a pipe, give -o -."))
    #expect(outcome.text.hasPrefix("73\n"))
    #expect(try Files.read(place.folder.file("got")) == [])
    #expect(!outcome.text.contains(".ap-part-"))
  }

  @Test(arguments: ["ap-segment --report there", "ap-view --force --png there"])
  func aFolderIsRefusedAtOnce(command: String) throws {
    let outcome = try place.shell("mkdir there; \(command) <in >out")
    #expect(outcome.status == 73)
    #expect(outcome.errors.contains("there exists and is not a regular file. Name a file in it."))
    #expect(try place.folder.list() == ["in", "out", "there"])
  }

  /// 1, 3 is what /dev/null is, and 1, 7 /dev/full.
  @Test(
    .enabled(if: makesDevices),
    arguments: [
      ("ap-segment --report", 3, 0), ("ap-segment --report", 7, 74), ("ap-view --png", 3, 0),
      ("ap-view --png", 7, 74), ("ap-view --force --png", 3, 0),
      ("ap-encode --force --format wav -o", 3, 73),
    ] as [(String, Int, Int32)])
  func aDeviceStays(command: String, minor: Int, status: Int32) throws {
    let outcome = try place.shell(
      "mknod device c 1 \(minor); \(command) device <in >out; s=$?; [ -c device ] || s=1; exit $s")
    #expect(outcome.status == status, "\(outcome.errors)")
    if status == 74 {
      #expect(outcome.errors.contains("Cannot write device: No space left on device"))
    }
    #expect(try place.folder.list() == ["device", "in", "out"])
  }

  private static let makesDevices =
    (try? Command.tool(
      "sh", "-c", "d=$(mktemp -d); mknod $d/x c 1 3 2>&1; s=$?; rm -rf $d; exit $s"
    ).run().status) == 0

  /// `-` is standard output elsewhere, where it has the stream.
  @Test(arguments: [
    ("ap-view --png -", "Standard output carries the stream. Give --png a file"),
    ("ap-view --png=-", "Standard output carries the stream. Give --png a file"),
    ("ap-segment --report -", "Standard output is for the stream. Give --report a file"),
    ("ap-encode -o a.wav --report=-", "Standard output is for the stream. Give --report a file"),
    ("ap-cache --report - list", "Standard output is for the stream. Give --report a file"),
  ])
  func aDashIsNoFile(command: String, sentence: String) throws {
    let outcome = try place.shell("\(command) <in >out")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    #expect(try place.folder.list() == ["in", "out"])
    // A file of that name can be had.
    #expect(try place.shell("ap-view --png ./- <in >out").status == 0)
    #expect(try place.folder.list() == ["-", "in", "out"])
  }
}
