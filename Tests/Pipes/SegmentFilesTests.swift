import APCore
import TestSupport
import Testing

/// Windows as files, and files as windows, in real pipes.
@Suite struct SegmentFilesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private static let cuts: [(options: String, overlap: String)] = [
    ("--length 1 --overlap 0.25", "0.25"), ("--length 1 --overlap 0", "0"),
    ("--min-length 0.5 --max-length 1.1 --overlap 0.2", "0.2"),
  ]

  /// Runs a line of a shell in the folder, with the filters in `PATH`.
  private func shell(_ line: String) throws -> Outcome {
    try Command.tool(
      "bash", "-c", "set -o pipefail; PATH='\(Command.products)':$PATH; cd \"$0\"; \(line)",
      folder.path
    ).run()
  }

  /// Around the lengths of a window and of its strides, at 1000 frames a second.
  @Test(arguments: [1, 999, 1_000, 1_001, 1_750, 1_751, 12_345], cuts)
  func thereAndBackIsBitForBit(frames: Int, cut: (options: String, overlap: String)) throws {
    for isCounted in [true, false] {
      let input = StreamText.whole(
        ["mix": Sounds.noise(frames: frames, channels: 2)], channels: 2, rate: 1_000,
        isCounted: isCounted, recordFrames: 300)
      _ = try folder.write(input, to: "stream")
      let outcome = try shell(
        """
        rm -rf parts; ap-segment \(cut.options) <stream | tee windows | ap-encode -o 'parts/{segment}.wav' &&
          ap-decode --overlap \(cut.overlap) parts/*.wav >back && ap-xfade <back >whole
        """)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.errors == "")
      let windows = try ReadStream(Files.read(folder.file("windows")))
      let back = try ReadStream(Files.read(folder.file("back")))
      let whole = try ReadStream(Files.read(folder.file("whole")))
      #expect(
        whole.samples("mix").map(\.bitPattern)
          == Sounds.noise(frames: frames, channels: 2).map(\.bitPattern))
      #expect(whole.header.frames == frames)
      let counts = [windows, back].map { stream in
        Set(stream.audio("mix").compactMap(\.segment))
      }
      #expect(counts[0] == counts[1])
      #expect(try folder.list().contains("parts"))
    }
  }

  @Test func everyTrackHasItsWindows() throws {
    let tracks = [
      "a": Sounds.noise(frames: 2_500, seed: 1), "b": Sounds.noise(frames: 2_500, seed: 2),
    ]
    _ = try folder.write(StreamText.whole(tracks, rate: 1_000, recordFrames: 700), to: "stream")
    let outcome = try shell(
      "ap-segment --length 1 --overlap 0 <stream | ap-encode --format flac -o '{track}/{segment}.x'"
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      try shell("find . -name '*.x' | sort").text
        == "./a/00000.x\n./a/00001.x\n./a/00002.x\n./b/00000.x\n./b/00001.x\n./b/00002.x\n")
    let joined = try shell("ap-decode --join b/*.x >b.ap")
    #expect(joined.status == 0, "\(joined.errors)")
    let stream = try ReadStream(Files.read(folder.file("b.ap")))
    #expect(stream.header.layout == .contiguous)
    #expect(stream.header.source?.loudness != nil)
    #expect(
      zip(stream.samples("mix"), Sounds.noise(frames: 2_500, seed: 2)).allSatisfy {
        abs($0 - $1) < 1e-6
      })
    #expect(stream.samples("mix").count == 2_500)
    #expect(stream.header.source?.extra["files"]?.array?.count == 3)
  }

  /// More windows than a process may have files by default.
  @Test func manyWindowsAreWritten() throws {
    let input = StreamText.whole(["mix": Sounds.noise(frames: 3_000)], rate: 1_000)
    _ = try folder.write(input, to: "stream")
    let outcome = try shell(
      """
      ulimit -S -n 256
      ap-segment --length 0.005 --overlap 0 <stream | ap-encode -o 'parts/{segment}.wav' && ls parts | wc -l
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text == "600\n")
  }

  /// More files than a process may open by default, and than the header has room for.
  @Test(arguments: [(330, true), (700, false)])
  func manyFilesAreRead(count: Int, areNamed: Bool) throws {
    let samples = Sounds.noise(frames: 5 * count)
    _ = try folder.write(StreamText.whole(["mix": samples], rate: 1_000), to: "stream")
    let outcome = try shell(
      """
      ulimit -S -n 256
      ap-segment --length 0.005 --overlap 0 <stream | ap-encode -o 'parts/{segment}.wav' &&
        ap-decode --join parts/*.wav | tee joined | ap-mix sum=mix >sum
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(Files.read(folder.file("joined")))
    #expect(stream.samples("mix") == samples)
    #expect(stream.header.source?.file == "00000.wav")
    #expect(stream.header.source?.extra["files"]?.array?.count == (areNamed ? count : nil))
  }

  /// A stream without an end gives no file, also none of the windows that were whole.
  @Test func aStreamThatIsCutLeavesNothing() throws {
    let input = StreamText.whole(["mix": Sounds.noise(frames: 9_000)], rate: 1_000)
    _ = try folder.write(input, to: "stream")
    let outcome = try shell(
      """
      ap-segment --length 1 --overlap 0 <stream | head -c 20000 | ap-encode -o 'parts/{segment}.wav'
      echo $?; ls -A
      """)
    #expect(outcome.text == "65\nstream\n", "\(outcome.errors)")
  }

  @Test(
    arguments: [
      (
        "ap-segment --overlap 0 <stream | ap-encode -o x.wav", 65,
        "Put ap-xfade before ap-encode, or put {segment} into -o for one file per window."
      ),
      (
        "ap-decode a.wav a.wav | ap-encode -o x.wav", 65,
        "before ap-encode, give --join to ap-decode, or put {segment} into -o for one file per window."
      ),
      (
        "ap-decode --overlap 0.1 a.wav a.wav | ap-encode -o x.wav", 65,
        "Put ap-xfade before ap-encode, or put {segment}"
      ),
      (
        "ap-decode a.wav a.wav | ap-segment", 65,
        "Put ap-xfade before ap-segment, or give --join to ap-decode."
      ),
      (
        "ap-decode a.wav a.wav | ap-mix sum=mix", 65,
        "Put ap-xfade before ap-mix, or give --join to ap-decode."
      ),
      ("ap-encode -o '{segment}.wav' <stream", 65, "Put ap-segment before ap-encode"),
      (
        "ap-segment <stream | ap-encode --rate 2000 -o '{segment}.wav'", 64,
        "Give --rate to ap-decode"
      ),
      (
        "ap-segment <stream | ap-encode --clip gain -o '{segment}.wav'", 64, "--clip gain needs all"
      ),
      ("ap-decode --join a.wav b.wav", 65, "b.wav has 2000 Hz, a.wav 1000 Hz. Give --rate"),
      ("ap-decode a.wav c.wav", 65, "c.wav has 2 channels, a.wav 1. Give --channels"),
      ("ap-decode --overlap 2 a.wav a.wav", 65, "a.wav has 500 frames: too few"),
      ("ap-decode --overlap 0.4 a.wav a.wav", 65, "share more than half"),
      ("ap-decode a.wav d.wav", 65, "d.wav has no sound, and a window has some. Leave it out."),
      ("ap-decode --join --overlap 1 a.wav a.wav", 64, "one of --join and --overlap"),
      ("ap-decode --end-time 1 a.wav a.wav", 64, "for one file by itself"),
      ("ap-decode a.wav -", 64, "standard input is a pipe"),
      // That is known before any of the files is read.
      ("ap-decode stream -", 64, "standard input is a pipe"),
      ("ap-decode a.wav none.wav", 66, "Cannot open none.wav"),
    ] as [(String, Int32, String)])
  func whatCannotBeIsSaid(line: String, status: Int32, words: String) throws {
    func write(
      _ name: String, frames: Int = 500, rate: Int = 1_000, channels: Int = 1
    ) throws {
      let sound = StreamText.whole(
        ["mix": Sounds.noise(frames: frames, channels: channels)], channels: channels, rate: rate)
      let made = try Command("ap-encode", "-o", folder.file(name)).run(.bytes(sound))
      #expect(made.status == 0, "\(made.errors)")
    }
    try write("a.wav")
    try write("b.wav", rate: 2_000)
    try write("c.wav", channels: 2)
    try write("d.wav", frames: 0)
    _ = try folder.write(
      StreamText.whole(["mix": Sounds.noise(frames: 500)], rate: 1_000), to: "stream")
    let outcome = try shell("{ \(line); } >out")
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(words), "\(outcome.errors)")
    #expect(try folder.list() == ["a.wav", "b.wav", "c.wav", "d.wav", "out", "stream"])
  }

  @Test func ratesAndChannelsAreBroughtTogether() throws {
    for (name, rate, channels) in [("a.wav", 1_000, 1), ("b.wav", 2_000, 2)] {
      let sound = StreamText.whole(
        ["mix": Sounds.noise(frames: 500, channels: channels)], channels: channels, rate: rate)
      _ = try Command("ap-encode", "-o", folder.file(name)).run(.bytes(sound))
    }
    let outcome = try Command(
      "ap-decode", "--rate", "2000", "--channels", "2", folder.file("a.wav"), folder.file("b.wav")
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(outcome.output)
    #expect(Set(stream.audio("mix").compactMap(\.segment?.length)) == [1_000, 500])
    #expect(stream.header.frames == 1_500)
  }
}
