import APCore
import TestSupport
import Testing

/// What all filters owe their surroundings.
@Suite struct FilterTests {
  @Test(arguments: Filters.light, [false, true])
  func aClosedPipeEndsItInSilence(filter: String, ignoresBrokenPipes: Bool) throws {
    var command = Command(filter)
    command.ignoresBrokenPipes = ignoresBrokenPipes
    let input = Filters.input(for: filter, frames: 3_000_000)
    let outcome = try Pipeline([command], outputLimit: 10).run(.bytes(input))[0]
    #expect(outcome.status == 128 + 13)
    #expect(outcome.errors == "")
    #expect(outcome.text == #"{"ap":1,"c"#)
  }

  @Test(arguments: Filters.light)
  func aFullDiskIsSaid(filter: String) throws {
    let outcome = try Pipeline([Command(filter)], outputFile: "/dev/full")
      .run(.bytes(Filters.input(for: filter)))[0]
    #expect(outcome.status == 74)
    #expect(outcome.errorLines.count == 1)
    #expect(outcome.errors.contains("No space left on device"))
  }

  @Test(arguments: Filters.light)
  func closedDescriptorsAreSaid(filter: String) throws {
    let path = "\(Command.products)/\(filter)"
    let input = Filters.input(for: filter)
    for (redirection, words) in [(">&-", "Cannot write"), ("<&-", "Cannot read")] {
      let outcome = try Command.tool("sh", "-c", "\"$1\" \(redirection)", "sh", path)
        .run(.bytes(input))
      #expect(outcome.status == 74)
      #expect(outcome.errors.contains(words))
      #expect(outcome.errorLines.count == 1)
    }
  }

  @Test(arguments: Filters.light)
  func descriptorsThatDoNotBlockAreWaitedFor(filter: String) throws {
    let input = Filters.input(for: filter, frames: 100_000)
    let outcomes = try Pipeline([
      Filters.python("chunks.py", ["50000"]),
      Filters.python("nonblocking.py", ["\(Command.products)/\(filter)"]),
      Filters.python("chunks.py", ["65536"]),
    ]).run(.bytes(input))
    #expect(outcomes.map(\.status) == [0, 0, 0], "\(outcomes[1].errors)")
    #expect(outcomes[2].output == (try Command(filter).run(.bytes(input)).output))
  }

  @Test(arguments: Filters.light)
  func aQuotedWordDoesNothingToATerminal(filter: String) throws {
    var text = filter == "ap-xfade" ? Filters.windowed() : StreamText()
    text.line(#"{"exit":1,"message":"a\n\u001b[2Jb","tool":"ap-x","type":"abort"}"#)
    // A pipe's culprit has spoken for itself, so the record is quoted of a file only.
    let folder = try TemporaryFolder()
    let outcome = try Command(filter).run(.file(folder.write(text.bytes, to: "stream")))
    #expect(outcome.errors == "\(filter): ap-x failed: a  [2Jb\n")
  }

  @Test(arguments: Filters.readers, ["stdin", "stdout"])
  func aTerminalIsRefused(filter: String, stream: String) throws {
    let folder = try TemporaryFolder()
    let command = Filters.reader(filter, folder: folder)
    let onTerminal = Filters.python(
      "terminal.py", [stream, command.executable] + command.arguments)
    let outcome = try onTerminal.run(.bytes(Filters.input(for: filter)))
    if filter == "ap-encode", stream == "stdout" {
      // It has nothing to say there.
      #expect(outcome.status == 0)
      #expect(try folder.list() == ["mix.wav"])
    } else {
      #expect(outcome.status == 64)
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.contains("is a terminal"))
      #expect(try folder.list() == [])
      // A pipe is told of it, a terminal is not.
      if filter != "ap-encode", stream == "stdin" {
        #expect(outcome.isAbort)
      } else {
        #expect(outcome.output == [])
      }
    }
  }

  @Test(arguments: Filters.light)
  func theSameInputGivesTheSameBytes(filter: String) throws {
    let input = Filters.input(for: filter, frames: 50_000)
    let first = try Command(filter).run(.bytes(input))
    let second = try Command(filter, "--verbose", "--progress", "json").run(.bytes(input))
    #expect(first.status == 0)
    #expect(first.output == second.output)
  }

  @Test(arguments: Filters.light)
  func progressIsSilentJSONOrABar(filter: String) throws {
    let input = Filters.input(for: filter)
    #expect(try Command(filter).run(.bytes(input)).errors == "")
    let json = try Command(filter, "--progress", "json").run(.bytes(input))
    #expect(!json.errorLines.isEmpty)
    for line in json.errorLines {
      let step = try JSONValue(parsing: Array(line.utf8))
      #expect(step["type"] == "progress")
      #expect(step["tool"] == .string(filter))
      #expect(step["done"]?.int != nil)
    }
    #expect(try Command(filter, "--progress", "json", "--quiet").run(.bytes(input)).errors == "")
    #expect(try Command(filter, "--progress", "always").run(.bytes(input)).errors.contains("\r"))
  }

  @Test(arguments: Filters.light)
  func aSignalEndsItAsThatSignal(filter: String) throws {
    // The filter waits for input that does not come. A shell starts what it runs beside itself
    // with SIGINT ignored, and ignored it must stay.
    let folder = try TemporaryFolder()
    let script = """
      mkfifo "$2"; exec 3<>"$2"
      "$1" <&3 & sleep 0.3; kill -INT $!; sleep 0.1; kill -TERM $!; wait $!
      """
    let outcome = try Command.tool(
      "sh", "-c", script, "sh", "\(Command.products)/\(filter)", folder.file("never")
    ).run()
    #expect(outcome.status == 128 + 15, "\(outcome.errors)")
  }

  @Test(arguments: Filters.light + ["ap-cache"])
  func loadsNoLibraryOfOthers(filter: String) throws {
    // What ldd does: the loader lists what it would load, and runs nothing.
    let list = try Command(filter, environment: ["LD_TRACE_LOADED_OBJECTS": "1"]).run().text
    #expect(list.contains("libc"))
    for library in ["avformat", "avcodec", "avutil", "openblas", "sndfile", "swresample"] {
      #expect(!list.contains(library))
    }
  }

  @Test(arguments: Filters.light)
  func helpIsThereAtOnce(filter: String) throws {
    let times = try (0..<5).map { _ in try Command(filter, "--help").run().processorTime }
    #expect(times.min() ?? .seconds(1) < .milliseconds(50))
  }

  /// Built for this machine, which has AVX or more: an illegal instruction would end it without a word.
  @Test(arguments: Filters.all)
  func anOlderProcessorIsRefusedInOneSentence(filter: String) throws {
    let path = "\(Command.products)/\(filter)"
    let outcome = try Command.tool("qemu-x86_64-static", "-cpu", "Nehalem", path, "--version").run()
    #expect(outcome.status == 69)
    #expect(outcome.text == "")
    // The emulator has words of its own for what it does not know.
    let words = outcome.errorLines.filter { !$0.hasPrefix("qemu") }
    #expect(words.count == 1, "\(outcome.errors)")
    #expect(
      words.first?.hasPrefix("\(filter): This program was built for a processor with ") == true)
  }

  @Test(arguments: Filters.all)
  func theVersionIsTheSuites(filter: String) throws {
    let outcome = try Command(filter, "--version").run()
    #expect(outcome.status == 0)
    #expect(outcome.text == "\(Suite.version)\n")
  }
}
