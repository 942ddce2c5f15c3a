import APCore
import TestSupport
import Testing

/// `ap-run` with real commands.
@Suite struct RunPipeTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
  }

  @Test func wordsReachTheCommandsAsAShellWouldGiveThem() throws {
    let workflow = #"""
      variables:
        odd: "a b*'\"$$(x)\\"
      steps:
        a:
          run: |
            printf '%s\n' ${odd} "<${odd}>" '' \$HOME 'it'\''s' {track} --set=${odd}
            | tee copy
            > out/of/words
      """#
    let outcome = try place.run(workflow)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let words = String(decoding: try Files.read(place.folder.file("out/of/words")), as: UTF8.self)
    #expect(
      words == #"""
        a b*'"$(x)\
        <a b*'"$(x)\>

        $HOME
        it's
        {track}
        --set=a b*'"$(x)\

        """#)
    let before = try place.hashes("out")
    #expect(try place.shell("rm -r out copy .ap-run; ap-run w.yaml --dry-run | bash").status == 0)
    #expect(try place.hashes("out") == before)
  }

  /// As Notepad and PowerShell write it; places in it count without the mark.
  @Test func theFileMayHaveAByteOrderMark() throws {
    let outcome = try place.run("\u{FEFF}steps:\r\n  a: {run: echo one}\r\n")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text == "one\n")
    let wrong = try place.run("\u{FEFF}step: {}\r\n")
    #expect(wrong.status == 78)
    #expect(wrong.errors.hasPrefix("ap-run: w.yaml:1:1: A workflow has no 'step'"))
  }

  @Test func inputIsEmptyAndOutputIsApRuns() throws {
    let outcome = try place.run("steps: {a: {run: \"sh -c 'cat; echo end; echo said >&2'\"}}")
    #expect(outcome.status == 0)
    #expect(outcome.text == "end\n")
    #expect(outcome.errorLines.first == "a: sh: said")
    #expect(try place.shell("ap-run w.yaml --quiet").errors == "")
  }

  @Test func commonOptionsReachTheFilters() throws {
    try place.makeSongs("a.wav")
    let workflow = """
      steps:
        a:
          run: |
            sh -c "ap-decode a.wav | ap-segment --length 0.1 --overlap 0 | ap-xfade \
              | ap-encode -o {track}.wav; env | grep ^AP_ | sort"
      """
    let loud = try place.run(workflow, "--verbose --threads 3 --progress json")
    #expect(loud.status == 0, "\(loud.errors)")
    #expect(
      loud.text == "AP_LOG_LEVEL=debug\nAP_PROGRESS=json\nAP_QUIET=\nAP_THREADS=3\nAP_VERBOSE=\n")
    let steps = loud.errorLines.filter { $0.hasPrefix("{") }
    #expect(!steps.isEmpty)
    for line in steps {
      let step = try JSONValue(parsing: Array(line.utf8))
      #expect(step["type"] == "progress")
      #expect(step["step"] == "a")
    }
    let quiet = try place.shell(
      "rm mix.wav; ap-run w.yaml --quiet", environment: ["AP_VERBOSE": "yes"])
    #expect(quiet.status == 0, "\(quiet.errors)")
    #expect(quiet.text == "AP_LOG_LEVEL=error\nAP_PROGRESS=never\nAP_QUIET=\nAP_VERBOSE=\n")
    #expect(quiet.errors == "")
    let bar = try place.shell("rm mix.wav; ap-run w.yaml --progress always")
    #expect(bar.status == 0)
    #expect(bar.errors.contains("\ra: ap-"))
  }

  @Test func filtersReport() throws {
    try place.makeSongs("a.wav", "b.wav")
    _ = try place.shell("head -c 99 b.wav > bad.wav")
    let outcome = try place.run(
      """
      steps:
        good:
          for: {song: "[ab].wav"}
          outputs: {out: "out/${song.name}.wav"}
          run: ap-decode ${song} | cat | ap-encode -o ${out}
        bad: {run: ap-decode bad.wav | ap-encode -o no/bad.wav}
      """, "--keep-going --report report.json")
    #expect(outcome.status == 65)
    let json = try JSONValue(parsing: Files.read(place.folder.file("report.json")).dropLast())
    #expect(json["tool"] == "ap-run")
    #expect(json["exit"] == 65)
    let steps = try #require(json["steps"]?.array)
    #expect(steps.map { $0["step"]?.string } == ["good[a.wav]", "good[b.wav]", "bad"])
    #expect(steps.map { $0["outcome"]?.string } == ["done", "done", "failed"])
    let filters = steps.map { $0["filters"]?.array ?? [] }
    #expect(filters[0].map { $0["tool"]?.string } == ["ap-decode", "ap-encode"])
    #expect(filters[0].map { $0["audio-seconds"]?.double } == [0.5, 0.5])
    #expect(filters[2].map { $0["exit"]?.int } == [65, 65])
    let table = outcome.errorLines.filter { $0.contains("ap-encode  ") }
    #expect(table.count == 3)
    // Neither the records nor the sound know of it, and nothing of it stays.
    let again = try place.shell("TMPDIR=$PWD ap-run w.yaml --keep-going --report report.json")
    #expect(again.errorLines.count { $0.contains("up to date") } == 2)
    #expect(
      try place.folder.list() == [
        ".ap-run", "a.wav", "b.wav", "bad.wav", "out", "report.json", "w.yaml",
      ])
  }

  /// From standard input, with the version of its format, and every mistake with its place there.
  @Test func aWorkflowMayComeFromAPipe() throws {
    let good = try place.shell("echo 'version: 1\nsteps: {a: {run: touch made}}' | ap-run -")
    #expect(good.status == 0, "\(good.errors)")
    #expect(try place.folder.list().contains("made"))
    let redirected = try place.shell(
      "echo 'steps: {a: {run: touch too}}' >w.yaml; ap-run - <w.yaml")
    #expect(redirected.status == 0, "\(redirected.errors)")
    let bad = try place.shell("echo 'version: 2\nsteps: {a: {run: touch made}}' | ap-run -")
    #expect(bad.status == 78)
    #expect(
      bad.errors
        == """
        ap-run: standard input:1:10: 'version' is that of the workflow's format, of which there is only 1.
        ap-run: standard input has a problem; nothing was started.

        """)
    let failed = try place.shell("echo \"steps: {a: {run: sh -c 'exit 3'}}\" | ap-run -")
    #expect(failed.status == 3)
    #expect(failed.errorLines.last == "ap-run: a: sh failed with exit status 3.")
  }

  @Test func theConfigurationIsShown() throws {
    _ = try place.shell(
      "mkdir -p config/ap; printf 'progress: never\\ndemucs: {model: a, shifts: 2}\\n' > config/ap/config.yaml"
    )
    let outcome = try place.shell(
      "ap-run --show-config --quiet",
      environment: [
        "XDG_CONFIG_HOME": place.folder.file("config"), "AP_THREADS": "4", "TMPDIR": "/var/tmp",
        "AP_DEMUCS_MODEL": "b", "AP_SAM_STEPS": "8",
      ])
    #expect(outcome.status == 0)
    #expect(
      outcome.text == """
        setting        value     from
        log-level      error     --quiet
        progress       never     --quiet
        threads        4         AP_THREADS
        temp-dir       /var/tmp  TMPDIR
        device         auto      default
        demucs.model   b         AP_DEMUCS_MODEL
        demucs.shifts  2         \(place.folder.file("config/ap/config.yaml")):2:28
        sam.steps      8         AP_SAM_STEPS

        """)
    #expect(try place.shell("ap-run").status == 64)
  }

  /// What the settings say, how the command ends, and what it says of them besides.
  @Test(
    arguments: [
      ("demucs: {modle: x}", [:], 0, "config.yaml:1:17: ap-demucs has no option \"modle\". It has"),
      ("demucs: {shifts: x}", [:], 78, "config.yaml:1:18: The value 'x' is invalid for '--shifts"),
      ("encode: {bits: 12}", [:], 78, "config.yaml:1:16: The value '12' is invalid for '--bits"),
      ("view: {width: 2}", [:], 78, "config.yaml:1:15: The value '2' is invalid for '--width <n>'"),
      ("demucs: {stems: a, two-stems: b}", [:], 78, "config.yaml:1:17: Give only one of --stems"),
      ("demucs: {residual: 3}", [:], 78, "config.yaml:1:20: residual must be true or false"),
      ("", ["AP_DEMUCS_MODL": "x"], 0, "AP_DEMUCS_MODL: ap-demucs has no option \"modl\". It has"),
      ("", ["AP_SAM_STEPS": "many"], 78, "AP_SAM_STEPS: The value 'many' is invalid"),
      ("thread: 2", [:], 0, "config.yaml:1:1: there is no setting \"thread\". There are quiet"),
      ("", ["AP_THREAD": "2"], 0, "AP_THREAD: no command reads this variable. There are AP_CACHE"),
      ("", ["AP_RUN_JOBS": "2"], 0, "AP_RUN_JOBS: no command reads this variable."),
      ("encode: {bits: 24, bitrate: 192}\nsam: {steps: 4}", [:], 0, ""),
      ("", ["AP_MODELS": "/m", "AP_CACHE": "off", "AP_THREADS": "1", "AP_THREAD": ""], 0, ""),
    ] as [(String, [String: String], Int32, String)])
  func whatIsWrongWithTheConfigurationIsSaid(
    file: String, environment: [String: String], status: Int32, words: String
  ) throws {
    let home = try Home(file)
    let outcome = try place.shell(
      "ap-run --show-config", environment: home.environment.merging(environment) { $1 })
    #expect(outcome.status == status)
    #expect(outcome.text.contains("log-level"))
    #expect(outcome.errorLines.count == (words.isEmpty ? 0 : 1), "\(outcome.errors)")
    #expect(words.isEmpty || outcome.errors.contains(words), "\(outcome.errors)")
  }

  @Test func jobsRunAtOnce() throws {
    // Each waits for the other.
    let outcome = try place.run(
      """
      steps:
        a: {run: "sh -c 'echo > a; until [ -e b ]; do sleep 0.05; done'"}
        b: {run: "sh -c 'echo > b; until [ -e a ]; do sleep 0.05; done'"}
      """, "--jobs 2")
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func whatIsDoneIsNotDoneAgain() throws {
    let workflow = """
      variables: {word: one}
      steps:
        copy:
          for: {file: "*.in"}
          run: sh -c "cat; echo ${word}; echo ran >> log" < ${file} > out/${file.name}
        join:
          for: {file: "*.in"}
          inputs: {copy: "out/${file.name}"}
          outputs: {all: "all/${file.name}.all"}
          run: cp ${copy} ${all}
      """
    _ = try place.shell("echo 1 > a.in; echo 2 > b.in")
    func ran(_ options: String = "") throws -> Int {
      let outcome = try place.run(workflow, options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.errorLines.count { $0.contains(": done in ") }
    }
    #expect(try ran() == 4)
    #expect(try ran() == 0)
    #expect(try place.shell("ap-run w.yaml --dry-run").text == "")
    _ = try place.shell("sleep 0.01; echo 3 > b.in")
    #expect(
      try place.shell("ap-run w.yaml --dry-run").text == """
        set -o pipefail
        sh -c 'cat; echo one; echo ran >> log' < b.in > out/b &&
        cp out/b all/b.all

        """)
    #expect(try ran() == 2)
    // A step that makes the same again leaves a new file.
    _ = try place.shell("rm all/a.all")
    #expect(try ran() == 1)
    _ = try place.shell("echo more >> out/a")
    #expect(try ran() == 2)
    #expect(try ran("--set word=two") == 4)
    #expect(try ran("--set word=two") == 0)
    _ = try place.shell("rm -r .ap-run")
    #expect(try ran("--set word=two") == 4)
    #expect(
      try place.shell("cat all/b.all log | sort | uniq -c").text.split(separator: "\n").count == 3)
  }
}
