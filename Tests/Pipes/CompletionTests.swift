import TestSupport
import Testing

/// The tab key, in the shells that there are scripts for.
@Suite struct CompletionTests {
  /// What is typed, and the words that stand there then.
  static let table: [(typed: String, words: String)] = [
    ("ap-decode son\t", "ap-decode|songs/"),
    ("ap-decode songs/a\t", "ap-decode|songs/a song.mp3"),
    ("ap-decode he\t", "ap-decode|he"),
    ("ap-decode --rate son\t", "ap-decode|--rate|son"),
    ("ap-decode --rate 48000 son\t", "ap-decode|--rate|48000|songs/"),
    ("ap-decode --temp-dir s\t", "ap-decode|--temp-dir|songs/"),
    ("ap-decode --no-l\t", "ap-decode|--no-loudness"),
    ("ap-segment --fade lin\t", "ap-segment|--fade|linear"),
    ("ap-segment --report s\t", "ap-segment|--report|songs/"),
    ("ap-demucs --model htdemucs-m\t", "ap-demucs|--model|htdemucs-mini"),
    ("ap-demucs --track no_\t", "ap-demucs|--track|no_vocals"),
    ("ap-sam --track mi\t", "ap-sam|--track|mix"),
    ("ap-demucs --two-stems voc\t", "ap-demucs|--two-stems|vocals"),
    ("ap-demucs --other mi\t", "ap-demucs|--other|minus"),
    ("ap-demucs --precision h\t", "ap-demucs|--precision|half"),
    ("ap-sam --prompts-file son\t", "ap-sam|--prompts-file|songs/"),
    ("ap-sam --solver eu\t", "ap-sam|--solver|euler"),
    ("ap-sam --span-model la\t", "ap-sam|--span-model|large"),
    ("ap-sam --ranker ju\t", "ap-sam|--ranker|judge"),
    ("ap-sam --judge-model son\t", "ap-sam|--judge-model|songs/"),
    ("ap-xfade --devi\tcp\t", "ap-xfade|--device|cpu"),
    ("ap-mix --av\t", "ap-mix|--average"),
    ("ap-mix --by spe\t", "ap-mix|--by|spectrum"),
    ("ap-mix --median son\t", "ap-mix|--median|songs/"),
    ("ap-demucs --sum\t", "ap-demucs|--sum-to-mix"),
    ("ap-encode -o son\t", "ap-encode|-o|songs/"),
    ("ap-encode --tracks voc\t", "ap-encode|--tracks|vocals"),
    ("ap-encode --format stem\t", "ap-encode|--format|stem.mp4"),
    ("ap-encode --bitrate 19\t", "ap-encode|--bitrate|192"),
    ("ap-encode --rate so\t", "ap-encode|--rate|source"),
    ("ap-decode --joi\t", "ap-decode|--join"),
    ("ap-encode --format fl\t", "ap-encode|--format|flac"),
    ("ap-view --png son\t", "ap-view|--png|songs/"),
    ("ap-view --wav\t", "ap-view|--waveform"),
    ("ap-cache ap-dec\t", "ap-cache|ap-decode"),
    ("ap-cache clear\t", "ap-cache|clear"),
    ("ap-cache ap-decode son\t", "ap-cache|ap-decode|songs/"),
    ("ap-run son\t", "ap-run|songs/"),
    ("ap-run --show\t", "ap-run|--show-config"),
    // The scripts have the options of the filters that they run.
    ("extract-demucs son\t", "extract-demucs|songs/"),
    ("extract-demucs songs/a\t", "extract-demucs|songs/a song.mp3"),
    ("extract-demucs --model htdemucs-m\t", "extract-demucs|--model|htdemucs-mini"),
    ("extract-demucs -m son\t", "extract-demucs|-m|songs/"),
    ("extract-demucs --two-stems voc\t", "extract-demucs|--two-stems|vocals"),
    ("extract-demucs --format fl\t", "extract-demucs|--format|flac"),
    ("extract-demucs --format=fl\t", "extract-demucs|--format=flac"),
    ("extract-demucs --model htdemucs_f\t", "extract-demucs|--model|htdemucs_f"),
    ("extract-demucs --start-\t", "extract-demucs|--start-time"),
    ("extract-demucs --start-time son\t", "extract-demucs|--start-time|son"),
    ("extract-demucs --start-time 1 son\t", "extract-demucs|--start-time|1|songs/"),
    ("extract-demucs --temp-dir s\t", "extract-demucs|--temp-dir|songs/"),
    ("extract-demucs --report s\t", "extract-demucs|--report|songs/"),
    ("extract-demucs --templ\t", "extract-demucs|--template"),
    ("extract-demucs --list\t", "extract-demucs|--list-models"),
    ("extract-sam --solver eu\t", "extract-sam|--solver|euler"),
    ("extract-sam --prompts-file son\t", "extract-sam|--prompts-file|songs/"),
    ("extract-sam --fade lin\t", "extract-sam|--fade|linear"),
    ("extract-roformer --model son\t", "extract-roformer|--model|songs/"),
    ("extract-roformer --vers\t", "extract-roformer|--version"),
    ("ap-fetch-models htdemucs_6\t", "ap-fetch-models|htdemucs_6s"),
    ("ap-fetch-models son\t", "ap-fetch-models|son"),
    ("ap-fetch-models --li\t", "ap-fetch-models|--list"),
    ("ap-doctor --vers\t", "ap-doctor|--version"),
    ("ap-doctor son\t", "ap-doctor|son"),
    ("ap-batch-slurm --format fl\t", "ap-batch-slurm|--format|flac"),
    ("ap-batch-slurm --list son\t", "ap-batch-slurm|--list|songs/"),
    ("ap --he\t", "ap|--help"),
  ]

  @Test(arguments: ["bash", "zsh", "fish"])
  func theTabKeyCompletes(shell: String) throws {
    let folder = try TemporaryFolder()
    try folder.shell("mkdir scripts; mkdir -p place/songs && touch 'place/songs/a song.mp3'")
    for filter in Filters.all {
      let name = shell == "zsh" ? "_\(filter)" : "\(filter).\(shell)"
      let script = try Command(filter, "--generate-completion-script", shell).run()
      #expect(script.status == 0)
      _ = try folder.write(script.output, to: "scripts/\(name)")
    }
    for command in Scripts.installed {
      let name = shell == "zsh" ? "_\(command)" : "\(command).\(shell)"
      let script = try Project.script("lib/complete-script", Command.products, command, shell).run()
      #expect(script.status == 0, "\(script.errors)")
      _ = try folder.write(script.output, to: "scripts/\(name)")
    }
    let outcome = try folder.command(
      [
        "sh", "-c",
        "cd place; PATH='\(Command.products)':$PATH exec \"$@\"", "sh", "python3",
        "\(Project.root)/Tests/Pipes/Fixtures/type.py", shell, folder.file("scripts"),
      ] + Self.table.map(\.typed),
      environment: ["AP_MODELS": "", "HOME": folder.path]
    ).run()
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(lines.count == Self.table.count)
    for (line, expected) in zip(lines, Self.table) {
      // zsh takes the slash away again when something else than a path follows.
      let words = shell == "zsh" ? expected.words.replacing(/\/$/, with: "") : expected.words
      #expect(line == words, "\(expected.typed)")
    }
  }
}
