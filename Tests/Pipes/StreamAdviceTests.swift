import APCore
import TestSupport
import Testing

/// A filter that reads a stream and is given a file says what to type.
@Suite struct StreamAdviceTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func run(_ words: [String]) throws -> Outcome {
    let tool = "\(Command.products)/\(words[0])"
    return try Command(
      executable: "/usr/bin/env", ["-C", folder.path, tool] + words.dropFirst()
    ).run()
  }

  @Test(
    arguments: [
      (
        ["ap-demucs", "song.mp3"],
        "ap-decode song.mp3 | ap-demucs | ap-encode -o 'stems/{track}.wav'; or: extract-demucs song.mp3 stems"
      ),
      (
        ["ap-demucs", "--shifts", "2", "song.mp3", "stems"],
        "ap-decode song.mp3 | ap-demucs --shifts 2 | ap-encode -o 'stems/{track}.wav'; or: extract-demucs song.mp3 stems --shifts 2"
      ),
      (
        ["ap-demucs", "my song"],
        "ap-decode 'my song' | ap-demucs | ap-encode -o 'stems/{track}.wav'; or: extract-demucs 'my song' stems"
      ),
      (
        ["ap-roformer", "a.flac"],
        "ap-decode a.flac | ap-roformer | ap-encode -o 'stems/{track}.wav'; or: extract-roformer a.flac stems"
      ),
      (
        ["ap-sam", "a.mp4"],
        "ap-decode a.mp4 | ap-sam --prompt 'dog barking' | ap-encode -o 'stems/{track}.wav'; or: extract-sam a.mp4 stems --prompt 'dog barking'"
      ),
      (
        ["ap-sam", "a.mp4", "--prompt", "a cat"],
        "ap-decode a.mp4 | ap-sam --prompt 'a cat' | ap-encode -o 'stems/{track}.wav'; or: extract-sam a.mp4 stems --prompt 'a cat'"
      ),
      (
        ["ap-segment", "--length", "20", "a.wav"],
        "ap-decode a.wav | ap-segment --length 20 | ap-sam --prompt 'dog barking' | ap-xfade | ap-encode -o 'stems/{track}.wav'"
      ),
      (
        ["ap-xfade", "a.wav"],
        "ap-decode a.wav | ap-segment | ap-sam --prompt 'dog barking' | ap-xfade | ap-encode -o 'stems/{track}.wav'"
      ),
      (["ap-view", "a.wav"], "ap-decode a.wav | ap-view --png picture.png >/dev/null"),
      (["ap-view", "a.wav", "--png", "b.png"], "ap-decode a.wav | ap-view --png b.png >/dev/null"),
      (["ap-encode", "a.wav"], "ap-decode a.wav | ap-encode -o out.wav"),
      (["ap-encode", "-o", "b.mp3", "a.wav"], "ap-decode a.wav | ap-encode -o b.mp3"),
    ] as [([String], String)])
  func aSoundFileGetsThePipe(words: [String], pipe: String) throws {
    _ = try folder.write([1, 2, 3], to: "my song")
    let outcome = try run(words)
    #expect(outcome.status == 64)
    let file =
      words.contains("my song") ? "my song" : words.first { $0.contains("a.") } ?? "song.mp3"
    #expect(
      outcome.errors
        == "\(words[0]): This filter reads a stream, not '\(file)'. Type: \(pipe). See '\(words[0]) --help'.\n"
    )
  }

  @Test(arguments: ["ap-demucs", "ap-segment", "ap-xfade"])
  func aStreamComesFromStandardInput(tool: String) throws {
    _ = try folder.write(Filters.input(for: tool), to: "a.ap")
    let outcome = try run([tool, "a.ap"])
    #expect(outcome.status == 64)
    #expect(
      outcome.errors
        == "\(tool): This filter reads its stream from standard input. Type: \(tool) <a.ap. See '\(tool) --help'.\n"
    )
  }

  /// What is no file is a mistake like any other.
  @Test(arguments: [
    ["ap-demucs", "vocals"], ["ap-segment", "0.5"], ["ap-run", "a.yaml", "b.wav"],
  ])
  func otherWordsAreUnexpected(words: [String]) throws {
    let outcome = try run(words)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("Unexpected argument '\(words.last ?? "")'"))
  }
}
