import TestSupport
import Testing

/// What `ap-run` does when a command fails, or a signal comes.
@Suite struct RunFailureTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
  }

  /// Its words are there once, whether or not they are passed on.
  @Test(
    arguments: [
      ("", ["a: sh: one", "a: sh: why", "ap-run: a: sh failed with exit status 7."]),
      ("--quiet", ["ap-run: a: sh failed with exit status 7: why"]),
    ])
  func theCommandAtFaultIsNamedAndTheOthersEnd(option: String, lines: [String]) throws {
    let outcome = try place.run(
      """
      steps:
        a:
          outputs: {half: made/for/half, folder: parts}
          run: |
            sh -c 'echo $$ > pid; mkdir parts; echo > parts/1; echo > made/for/half; exec sleep 1000'
            | sh -c 'until [ -e made/for/half ]; do sleep 0.05; done; echo one >&2; echo why >&2; exit 7'
            | cat > kept
        b: {needs: [a], run: touch b}
      """, option)
    #expect(outcome.status == 7)
    #expect(
      outcome.errorLines == lines + [
        "ap-run: 1 of 2 steps failed, and 1 did not start. The next run skips what is done."
      ])
    #expect(try place.folder.list() == ["pid", "w.yaml"])
    #expect(try place.shell("kill -0 $(cat pid)").status != 0)
  }

  @Test func aFailureLeavesTheFileThatWasThere() throws {
    _ = try place.folder.write(Array("old".utf8), to: "out")
    let outcome = try place.run("steps: {a: {run: \"sh -c 'echo half; exit 3' > out\"}}")
    #expect(outcome.status == 3)
    #expect(try Files.read(place.folder.file("out")) == Array("old".utf8))
    #expect(try place.folder.list() == ["out", "w.yaml"])
  }

  /// What a step leaves empty when it fails may be where another one is about to write.
  @Test func aFailureLeavesTheFolderThatAnotherStepNeeds() throws {
    let outcome = try place.run(
      """
      steps:
        one:
          outputs: {o: new/one}
          run: sh -c 'echo $$ > pid; until [ -e go ]; do sleep 0.05; done; exit 3'
        two:
          outputs: {o: new/two}
          run: |
            sh -c 'until [ -s pid ]; do sleep 0.05; done; touch go;
            while kill -0 $(cat pid); do sleep 0.05; done; sleep 0.3; echo > new/two'
      """, "--jobs 2 --keep-going")
    #expect(outcome.status == 3, "\(outcome.errors)")
    #expect(outcome.errors.contains("1 of 2 steps failed."), "\(outcome.errors)")
    #expect(try place.shell("ls new").text == "two\n")
  }

  static let causes: [(pipe: String, status: Int32, words: String)] = [
    (
      "ap-decode w.yaml | ap-segment | ap-xfade | ap-encode -o 'x/{track}.wav'", 65,
      "ap-decode failed"
    ),
    ("ap-decode absent.wav | ap-segment | ap-encode -o 'x/{track}.wav'", 66, "ap-decode failed"),
    ("ap-decode a.wav | ap-segment | ap-encode -o 'x/{track}.wav'", 65, "ap-encode failed"),
    (
      "ap-decode a.wav | ap-encode -o a.wav", 73,
      "ap-encode failed with exit status 73."
    ),
    ("yes | head -n 1", 141, "yes was ended by a signal (Broken pipe)."),
    ("sh -c 'kill -9 $$' | cat", 137, "sh was ended by a signal (Killed)."),
  ]

  @Test(arguments: causes)
  func theFirstCauseIsNamed(pipe: String, status: Int32, words: String) throws {
    try place.makeSongs("a.wav")
    let outcome = try place.run("steps:\n  a:\n    run: |\n      \(pipe)\n")
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(outcome.errors.contains("ap-run: a: \(words)"), "\(outcome.errors)")
    #expect(outcome.errorLines.count { $0.hasPrefix("ap-run: ") } == 1, "\(outcome.errors)")
    #expect(try place.folder.list() == ["a.wav", "w.yaml"])
  }

  @Test func anOutputThatIsNotThereIsSaid() throws {
    let outcome = try place.run("steps: {a: {outputs: {o: x/y}, run: 'true'}}")
    #expect(outcome.status == 73)
    #expect(outcome.errors.contains("a succeeded, but 'x/y' is not there."))
    #expect(try place.folder.list() == ["w.yaml"])
  }

  @Test(arguments: ["", "--keep-going"])
  func onlyWhatNeedsAFailedStepIsLeftOut(option: String) throws {
    let outcome = try place.run(
      """
      steps:
        a: {run: "sh -c 'exit 5'"}
        b: {needs: [a], run: touch b}
        c: {needs: [b], run: touch c}
        d: {run: touch d}
        e: {needs: [d], run: "sh -c 'exit 6'"}
      """, option)
    #expect(outcome.status == 5)
    #expect(try place.folder.list() == (option.isEmpty ? ["w.yaml"] : ["d", "w.yaml"]))
    #expect(
      outcome.errors.contains(
        option.isEmpty ? "1 of 5 steps failed, and 4" : "2 of 5 steps failed, and 2"))
  }

  @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func aSignalEndsAllCommands(signal: String, status: Int32) throws {
    _ = try place.folder.write(
      Array(
        #"""
        steps:
          a:
            outputs: {o: out}
            run: |
              sh -c 'echo half > out; sh -c "echo \$\$ > pid; exec sleep 1000"; true' > kept
        """#.utf8), to: "w.yaml")
    // A shell starts what it runs beside itself with SIGINT ignored.
    let outcome = try place.shell(
      """
      python3 -c 'import signal, os, sys
      signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp("ap-run", ["ap-run", "w.yaml"])' &
      until [ -s pid ]; do sleep 0.05; done; kill -\(signal) $!; wait $!
      """)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(try place.folder.list() == ["pid", "w.yaml"])
    // Its parent has ended too, so that perhaps nobody has taken note of its end.
    #expect(try place.shell("grep -s '^State:.[^Z]' /proc/$(cat pid)/status").text == "")
  }

  @Test func aCommandThatWillNotEndIsKilled() throws {
    let outcome = try place.run(
      """
      steps:
        a:
          outputs: {o: half}
          run: |
            sh -c 'trap "" TERM; echo $$ > pid; echo > half; while :; do sleep 0.1; done'
            | sh -c 'until [ -s half ]; do sleep 0.05; done; exit 9'
      """)
    #expect(outcome.status == 9, "\(outcome.errors)")
    #expect(try place.folder.list() == ["pid", "w.yaml"])
    #expect(try place.shell("kill -0 $(cat pid)").status != 0)
  }

  /// It cannot tell its commands to end; what it started for this does.
  @Test(arguments: ["", "trap '' TERM"])
  func whatKillsItEndsItsCommands(trap: String) throws {
    let loop = "\(trap)\necho $$ >$1; while :; do sleep 0.1; done"
    _ = try place.folder.write(Array(loop.utf8), to: "loop")
    let workflow = """
      steps:
        done: {run: "true"}
        a: {needs: [done], run: sh loop one | sh -c "sh loop two; true"}
      """
    _ = try place.folder.write(Array(workflow.utf8), to: "w.yaml")
    let outcome = try place.shell(
      """
      ap-run w.yaml & until [ -s one ] && [ -s two ]; do sleep 0.05; done; kill -KILL $!
      for try in $(seq 150); do
        running=$(cat $(printf '/proc/%s/status ' $(cat one two)) 2>/dev/null | grep -c '^State:.[^Z]')
        [ $running = 0 ] && break; sleep 0.1
      done
      echo "$running running"
      """)
    #expect(outcome.text == "0 running\n")
  }

  @Test func whatWasKilledIsDoneAgain() throws {
    _ = try place.folder.write(
      Array(
        """
        steps:
          a:
            outputs: {o: out}
            run: sh -c 'echo whole > out; echo $$ > begun; [ -e go ] || exec sleep 1000'
        """.utf8), to: "w.yaml")
    let killed = try place.shell(
      """
      { ap-run w.yaml & }; until [ -s begun ]; do sleep 0.05; done
      kill -KILL $! && kill $(cat begun); touch go; ap-run w.yaml
      """)
    #expect(killed.status == 0)
    #expect(killed.errors.contains("a: done in"), "\(killed.errors)")
  }
}
