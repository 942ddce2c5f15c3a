import APCore
import TestSupport
import Testing

/// What the scripts around the networks do about options before they begin a song.
@Suite struct ExtractOptionsTests {
  private let folder: TemporaryFolder

  /// The scripts beside the filters, and a song that none of them gets to.
  init() throws {
    folder = try TemporaryFolder()
    try folder.install("extract-demucs")
    try folder.shell(
      "cp '\(Project.root)'/scripts/extract-{roformer,sam} . && touch song.wav")
  }

  /// Options of other programs are called otherwise here, which depends on the script where it is a network's.
  @Test(arguments: [
    ("demucs", "-n", "-m NAME", "demucs"), ("demucs", "-o", "the last argument", "demucs"),
    ("demucs", "--mp3", "--format mp3", "demucs"),
    ("demucs", "--mp3-bitrate=320", "--bitrate 320", "demucs"),
    ("demucs", "--int24", "--bits 24", "demucs"),
    (
      "demucs", "-d",
      """
      not needed: networks run on the processor (demucs), or --end-time 90, after --start-time 60 \
      (spleeter)
      """, "demucs"
    ), ("demucs", "--mdxc_segment_size", "extract-roformer --chunk TIME", "roformer"),
    ("roformer", "--mdxc_segment_size", "--chunk TIME", "roformer"),
    ("roformer", "--demucs_shifts", "extract-demucs --shifts N", "roformer"),
    (
      "roformer", "--single_stem",
      "--stems vocals, or --two-stems vocals --tracks no_vocals", "roformer"
    ), ("sam", "--store_dir", "the last argument", "roformer"),
  ])
  func otherProgramsOptionsAreExplained(
    network: String, option: String, here: String, page: String
  ) throws {
    let outcome = try folder.command(["./extract-\(network)", "song.wav", option, "stems"]).run()
    #expect(outcome.status == 64)
    let name = option.prefix { $0 != "=" }
    #expect(
      outcome.errors == """
        extract-\(network): there is no option \(name); here it is \(here) \
        (man extract-\(page), COMING FROM OTHER PROGRAMS)

        """)
  }

  /// The networks know their models.
  @Test(arguments: [["--list-models"], ["--list-models", "--json"], ["--json", "--list-models"]])
  func modelsAreListed(options: [String]) throws {
    for network in ["demucs", "roformer", "sam"] {
      let listed = try folder.command(["./ap-\(network)"] + options).run()
      let outcome = try folder.command(["./extract-\(network)"] + options).run()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.text == listed.text)
      #expect(!outcome.text.isEmpty)
      #expect(outcome.errors == "")
    }
  }

  /// What is wrong with the options, of any filter or of all, is one line, and nothing has started before it.
  @Test(
    arguments: [
      (["--device", "cuda"], 69, "ap-encode: --device: there is no device \"cuda\". "),
      (["--threads", "0"], 64, "ap-encode: The value '0' is invalid for '--threads <n>': "),
      (["--model", "absent"], 69, "ap-demucs: There is no model \"absent\". "),
      (["--overlap", "3"], 64, "ap-demucs: The value '3' is invalid for '--overlap <part>': "),
      (["--model", "absent", "--bits", "32"], 64, "ap-encode: The value '32' is invalid for "),
      (["--bits", "32"], 64, "ap-encode: The value '32' is invalid for '--bits <bits>': "),
      (["--format", "no"], 64, "ap-encode: The value 'no' is invalid for '--format <format>': "),
      (["--bitrate", "320"], 64, "ap-encode: --bitrate does not apply to wav. "),
      (["--template", "{"], 64, "ap-encode: stems/{ has a { without a }. "),
      (["--start-time", "1:99"], 64, "ap-decode: The value '1:99' is invalid for "),
    ] as [([String], Int32, String)])
  func wrongOptionsAreSaidBeforeAnythingStarts(
    options: [String], status: Int32, beginning: String
  ) throws {
    for inputs in [["song.wav"], ["song.wav", "extract-demucs"]] {
      let outcome = try folder.command(["./extract-demucs"] + inputs + ["stems"] + options).run()
      #expect(outcome.status == status)
      #expect(outcome.errors.hasPrefix(beginning), "\(outcome.errors)")
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
    }
    #expect(!Files.exists(folder.file("stems")))
  }
}
