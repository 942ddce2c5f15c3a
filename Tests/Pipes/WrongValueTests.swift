import TestSupport
import Testing

/// A value that cannot be is called what it is: a negative number, with and without an equals sign, and none of a list.
@Suite struct WrongValueTests {
  private static let options: [(command: [String], option: String)] = [
    (["ap-decode", "a.wav"], "--start-time"), (["ap-decode", "a.wav"], "--end-time"),
    (["ap-decode", "a.wav"], "--rate"), (["ap-decode", "a.wav"], "--channels"),
    (["ap-decode", "a.wav"], "--stream"), (["ap-segment"], "--length"),
    (["ap-segment"], "--overlap"), (["ap-segment", "--max-length", "9"], "--min-length"),
    (["ap-segment", "--min-length", "9"], "--max-length"), (["ap-segment"], "--max-segments"),
    (["ap-demucs"], "--shifts"), (["ap-demucs", "--shifts", "1"], "--seed"),
    (["ap-demucs"], "--overlap"), (["ap-demucs"], "--segment"),
    (["ap-roformer"], "--overlap"), (["ap-roformer"], "--chunk"),
    (["ap-sam", "--prompt", "dog"], "--steps"), (["ap-sam", "--prompt", "dog"], "--seed"),
    (["ap-encode", "-o", "a.wav"], "--rate"), (["ap-run", "a.yaml"], "--jobs"),
    (["ap-xfade"], "--threads"), (["ap-mix", "a=b"], "--threads"),
    (["ap-view", "--png", "a.png"], "--threads"),
    (["ap-cache"], "--max-size"), (["ap-cache", "clean"], "--older-than"),
  ]

  @Test(arguments: options)
  func itMustNotBe(words: [String], option: String) throws {
    for value in [[option, "-5"], ["\(option)=-5"], [option, "-.5"], [option, "-1:30"]] {
      var command = Command(words[0])
      command.arguments = words.dropFirst() + value
      let outcome = try command.run()
      #expect(outcome.status == 64, "\(value)")
      #expect(
        outcome.errors
          == "\(words[0]): \(option) must not be negative. See '\(words[0]) --help'.\n", "\(value)")
    }
  }

  /// A list of values is part of the sentence, however long.
  @Test(
    arguments: [
      (
        ["ap-encode", "-o", "a.wav", "--format", "no"],
        "'--format <format>': It must be wav, flac, ogg, mp3, opus, aiff, aac, alac or stem.mp4."
      ),
      (["ap-encode", "-o", "a.wav", "--bits", "no"], "'--bits <bits>': It must be 16, 24 or f32."),
      (
        ["ap-encode", "-o", "a.wav", "--clip", "no"],
        "'--clip <mode>': It must be none, clamp or gain."
      ),
      (["ap-segment", "--fade", "no"], "'--fade <curve>': It must be cosine or linear."),
      (
        ["ap-mix", "--average", "a", "b", "--by", "no"],
        "'--by <samples|spectrum>': It must be samples or spectrum."
      ),
      (
        ["ap-decode", "a.wav", "--log-level", "no"],
        "'--log-level <level>': It must be error, warning, info or debug."
      ),
    ] as [([String], String)])
  func aWrongChoiceIsOneSentence(words: [String], ending: String) throws {
    var command = Command(words[0])
    command.arguments = Array(words.dropFirst())
    let outcome = try command.run()
    #expect(outcome.status == 64)
    #expect(
      outcome.errors
        == "\(words[0]): The value 'no' is invalid for \(ending) See '\(words[0]) --help'.\n")
  }

  private static let numbers: [(command: [String], option: String, form: String)] = [
    (["ap-decode", "a.wav"], "--rate <hz>", "a whole number from 1000 to 768000"),
    (["ap-decode", "a.wav"], "--channels <n>", "a whole number from 1 to 64"),
    (["ap-decode", "a.wav"], "--stream <n>", "a whole number of at least 0"),
    (["ap-segment"], "--max-segments <n>", "a whole number of at least 1"),
    (["ap-demucs"], "--shifts <n>", "a whole number from 0 to 1000"),
    (["ap-demucs", "--shifts", "1"], "--seed <n>", "a whole number of at least 0"),
    (["ap-demucs"], "--overlap <part>", "a number from 0 to 0.99"),
    (
      ["ap-roformer"], "--overlap <n>",
      "a whole number from 1 to 64: so many chunks cover each moment"
    ),
    (["ap-sam", "--prompt", "a"], "--candidates <n>", "a whole number from 1 to 64"),
    (["ap-sam", "--prompt", "a"], "--steps <n>", "a whole number from 1 to 1000"),
    (["ap-sam", "--prompt", "a"], "--seed <n>", "a whole number of at least 0"),
    (
      ["ap-sam", "--prompt", "a", "--predict-spans"], "--span-threshold <p>",
      "a number from 0 to 1"
    ),
    (["ap-view", "--png", "a.png"], "--width <n>", "a whole number from 320 to 4096"),
    (["ap-run", "a.yaml"], "--jobs <n>", "a whole number from 1 to 1024"),
    (["ap-xfade"], "--threads <n>", "a whole number from 1 to 1024"),
    (["ap-cache"], "--max-size <size>", "a number of bytes, such as 20G"),
    (["ap-cache", "clean"], "--max-size <max-size>", "a number of bytes, such as 20G"),
    (
      ["ap-cache", "clean"], "--older-than <older-than>",
      "a whole number of s, m, h, d or w, such as 30d"
    ),
  ]

  /// What is no number, or has a unit that is not known.
  @Test(arguments: numbers, ["x", "50%", "48q", "1e"])
  func aNumberHasAForm(number: (command: [String], option: String, form: String), value: String)
    throws
  {
    var command = Command(number.command[0])
    let option = number.option.prefix { $0 != " " }
    command.arguments = number.command.dropFirst() + ["\(option)=\(value)"]
    let outcome = try command.run()
    #expect(outcome.status == 64)
    #expect(
      outcome.errors
        == "\(number.command[0]): The value '\(value)' is invalid for '\(number.option)': "
        + "It must be \(number.form). See '\(number.command[0]) --help'.\n")
  }

  @Test(arguments: [
    ("AP_DEMUCS_SHIFTS", "ap-demucs", "x", "a whole number from 0 to 1000"),
    ("AP_DEMUCS_OVERLAP", "ap-demucs", "1", "a number from 0 to 0.99"),
    (
      "AP_ROFORMER_OVERLAP", "ap-roformer", "0.25",
      "a whole number from 1 to 64: so many chunks cover each moment"
    ),
    ("AP_DECODE_RATE", "ap-decode", "48k", "a whole number from 1000 to 768000"),
    ("AP_SEGMENT_MAX_SEGMENTS", "ap-segment", "0", "a whole number of at least 1"),
  ])
  func soHasOneOfTheEnvironment(variable: String, tool: String, value: String, form: String) throws
  {
    var command = Command(tool, environment: [variable: value])
    if tool == "ap-decode" { command.arguments = ["a.wav"] }
    let outcome = try command.run()
    #expect(outcome.status == 78)
    #expect(outcome.errors.hasPrefix("\(tool): \(variable): The value '\(value)' is invalid for "))
    #expect(outcome.errors.contains(": It must be \(form). See"), "\(outcome.errors)")
  }

  /// An option that there is not is told before what follows from it.
  @Test(arguments: [
    (
      ["ap-decode", "song.mp3", "--start-time", "1", "--duration", "2"],
      "Unknown option '--duration'. Use --end-time."
    ),
    (["ap-decode", "song.mp3", "--duration=2"], "Unknown option '--duration'. Use --end-time."),
    (
      ["ap-decode", "song.mp3", "--end-time", "5", "--start-tim", "1"],
      "Unknown option '--start-tim'. Did you mean '--start-time'?"
    ),
    (
      ["ap-decode", "--rat", "48000", "--join", "--overlap", "1"],
      "Unknown option '--rat'. Did you mean '--rate'?"
    ),
    (["ap-decode", "-x"], "Unknown option '-x'."),
    (["ap-decode", "-qx", "a.wav", "b.wav", "--stream", "1"], "Unknown option '-x'."),
    (["ap-demucs", "--seed", "1", "--nonsense"], "Unknown option '--nonsense'."),
    (["ap-encode", "--nonsense"], "Unknown option '--nonsense'."),
    (["ap-sam", "--span", "-1..2", "--nonsense"], "Unknown option '--nonsense'."),
    (["ap-view", "--nonsense=1"], "Unknown option '--nonsense'."),
    (["ap-mix", "--keep", "--nonsense", "a"], "Unknown option '--nonsense'."),
    (["ap-run", "--job", "2"], "Unknown option '--job'. Did you mean '--jobs'?"),
    (["ap-cache", "--nonsense", "ap-demucs"], "Unknown option '--nonsense'."),
    (["ap-cache", "--max-size", "20G", "--nonsense", "cat"], "Unknown option '--nonsense'."),
    (["ap-cache", "--max-size", "--nonsense", "cat"], "Unknown option '--nonsense'."),
    (["ap-cache", "--report", "-", "--nonsense", "cat"], "Unknown option '--nonsense'."),
    (["ap-cache", "clean", "--older-than", "x", "--nonsense"], "Unknown option '--nonsense'."),
    (["ap-cache", "--max-size", "20G"], "Give a filter to run, or list, clean or clear."),
    // What stands after the filter is its own.
    (
      ["ap-cache", "--json", "ap-demucs", "--nonsense"],
      "--json goes after list, and --older-than after clean."
    ),
  ])
  func anUnknownOptionComesFirst(words: [String], sentence: String) throws {
    var command = Command(words[0])
    command.arguments = Array(words.dropFirst())
    let outcome = try command.run()
    #expect(outcome.status == 64)
    #expect(outcome.errors == "\(words[0]): \(sentence) See '\(words[0]) --help'.\n")
  }

  @Test(
    arguments: ["ap-decode", "ap-mix --average a", "ap-run", "ap-decode --rate 48000 b.wav"],
    [
      ("-x.mp3", "./-x.mp3"), ("--x.mp3", "./--x.mp3"), ("-q", nil), ("-5.mp3", "./-5.mp3"),
      ("-my song.mp3", "'./-my song.mp3'"), ("-absent.mp3", nil),
    ] as [(String, String?)])
  func aFileWithADashIsNoOption(command: String, file: (name: String, written: String?)) throws {
    let folder = try TemporaryFolder()
    if file.name != "-absent.mp3" { _ = try folder.write([1], to: file.name) }
    let words = command.split(separator: " ").map(String.init)
    let outcome = try folder.command(
      ["\(Command.products)/\(words[0])"] + words.dropFirst() + [file.name]
    ).run()
    #expect(outcome.status != 0)
    let sentence = file.written.map {
      "Unknown option '\(file.name)'. For a file whose name begins with -, write \($0)."
    }
    #expect(outcome.errors.contains("For a file whose name begins") == (sentence != nil))
    if let sentence { #expect(outcome.errors.contains(sentence), "\(outcome.errors)") }
  }

  /// A complaint about something else stays.
  @Test(arguments: [
    (["ap-decode", "a.wav", "--nonsense"], "--nonsense"),
    (["ap-sam", "--span", "-1..2", "--prompt", "a"], "The span -1.0..2.0 has no --prompt before"),
    (["ap-sam", "--prompt", "a", "--span", "-1..2", "--span", "+3..2"], "two times that follow"),
    (["ap-segment", "--length", "--overlap", "1"], "Missing value for '--length"),
  ])
  func otherMistakesKeepTheirWords(words: [String], mention: String) throws {
    var command = Command(words[0])
    command.arguments = Array(words.dropFirst())
    let outcome = try command.run()
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(mention), "\(outcome.errors)")
  }
}
