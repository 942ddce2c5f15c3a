import TestSupport
import Testing

/// Names of files are bytes: of any kind, any length, and with any meaning to others.
@Suite struct FileNameTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let sound = StreamText.whole(["mix": Sounds.noise(frames: 3_000)])
    let outcome = try Command("ap-encode", "-o", folder.file("song.wav")).run(.bytes(sound))
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// Runs a script of bash in the folder, with the filters in `PATH` and a cache of its own.
  private func shell(_ script: String) throws -> Outcome {
    try Command(
      executable: "/bin/bash",
      ["-c", "cd \"$0\"; PATH='\(Command.products)':/usr/bin:/bin\n\(script)", folder.path],
      environment: ["XDG_CACHE_HOME": folder.file("cache")]
    ).run()
  }

  /// As bash writes them: Latin-1; half of a character; a surrogate; what is too long for UTF-8; the scalar
  /// that stands for a byte; both forms of an accent; and what a shell would take for itself.
  static let names = [
    #"caf\351"#, #"\344\270"#, #"\355\240\200"#, #"\300\257"#, #"\364\217\272\251"#, #"\377"#,
    #"cafe\314\201"#, #"caf\303\251"#, #"\314\201first"#, #"a\\xE9\'b"#, "#-s $(x) ☃",
  ]

  @Test(arguments: names)
  func bytesInAreBytesOut(name: String) throws {
    let outcome = try shell(
      """
      set -e; name=$'\(name)'; mkdir in out; cp song.wav in/"$name".wav
      ap-decode in/"$name".wav | ap-encode -o "out/$name-{source}-{track}.wav" --report "out/$name.json"
      ap-decode in/"$name".wav | ap-encode -o out/{source}.flac
      ls out | LC_ALL=C sort
      """)
    let expected = try shell(
      #"name=$'\#(name)'; printf '%s\n' "$name-$name-mix.wav" "$name.flac" "$name.json" | LC_ALL=C sort"#
    )
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == expected.output)
  }

  @Test(arguments: names)
  func theCacheAndWorkflowsPassThemOn(name: String) throws {
    let outcome = try shell(
      """
      set -e; name=$'\(name)'; mkdir "in$name" tmp "out$name"; cp song.wav "in$name/$name.wav"
      ap-cache ap-decode "in$name/$name.wav" >first; ap-cache ap-decode "in$name/$name.wav" >second
      cmp first second; ap-cache list --json | python3 -c 'import json, sys; json.load(sys.stdin)'
      TMPDIR="in$name" ap-decode - <song.wav >third
      cat >w.yaml <<'END'
      variables:
        out:
      steps:
        copy:
          for: {song: "in*/*.wav"}
          outputs: {file: "${out}/${song.name}.flac"}
          run: ap-cache ap-decode ${song} | ap-encode -o ${file}
      END
      ap-run w.yaml --quiet --set out="run$name"; [ -f "run$name/$name.flac" ]
      ap-run w.yaml --quiet --set out="run$name" --dry-run | cmp - /dev/null
      ap-run w.yaml --set out="shell$name" --dry-run | bash; [ -f "shell$name/$name.flac" ]
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(try Files.read(folder.file("first")) == Files.read(folder.file("second")))
  }

  @Test func aMessageShowsTheByte() throws {
    let outcome = try shell(#"ap-decode $'caf\351.wav'"#)
    #expect(outcome.status == 66)
    #expect(outcome.errors.contains(#"Cannot open caf\xE9.wav:"#))
  }

  /// 255 bytes are the most that a name may have. The template's other parts come on top.
  @Test(arguments: ["n", "é", "☃", #"\351"#], [250, 251])
  func theLongestNamesAreNames(letter: String, length: Int) throws {
    let outcome = try shell(
      """
      set -e; export LC_ALL=C; letter=$'\(letter)'; mkdir out
      while [ ${#name} -lt \(length) ]; do name+=$letter; done; name=${name:0:\(length)}
      ap-decode song.wav | ap-encode -o "out/$name.wav" --report "out/r-${name:2}"
      ap-decode "out/$name.wav" | ap-encode -o 'out/{source}-{track}.wav'
      [ "$(ls -A out | wc -l)" = 3 ]; [ -f "out/$name.wav" ]
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test(arguments: ["{live}", "}{", "{{track}}", "{", "a}}", "%s {track"])
  func bracesInFoldersAreBraces(name: String) throws {
    let escaped = name.replacing("{", with: "{{").replacing("}", with: "}}")
    let outcome = try shell(
      """
      ap-decode song.wav | ap-encode -o '\(escaped)/{track}.wav' && find '\(name)' -type f
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text == "\(name)/mix.wav\n")
  }
}
