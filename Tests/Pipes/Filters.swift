import TestSupport

/// The filters of the suite, and how to run each on a stream.
enum Filters {
  /// All of them.
  static let all = [
    "ap-decode", "ap-segment", "ap-demucs", "ap-roformer", "ap-sam", "ap-xfade", "ap-mix",
    "ap-encode", "ap-view", "ap-cache", "ap-run",
  ]
  /// Those that read a stream.
  static let readers = [
    "ap-segment", "ap-demucs", "ap-roformer", "ap-sam", "ap-xfade", "ap-mix", "ap-encode",
    "ap-view",
  ]
  /// Those that need no library of others, and so must not load one.
  static let light = ["ap-segment", "ap-xfade"]

  /// A filter that reads a stream, saying errors only; files go to the folder.
  static func reader(_ name: String, folder: TemporaryFolder) -> Command {
    var command = Command(name, "--quiet")
    if name == "ap-sam" {
      command.arguments += ["-m", fixture("sam-audio"), "--prompt", "dog"]
      command.environment["AP_CACHE"] = "off"
    }
    if name == "ap-roformer" { command.arguments += ["-m", fixture("roformer/bs_two.ckpt")] }
    if name == "ap-mix" { command.arguments.append("sum=mix") }
    if name == "ap-encode" { command.arguments += ["-o", folder.file("{track}.wav")] }
    if name == "ap-view" { command.arguments += ["--png", folder.file("picture.png")] }
    return command
  }

  /// The beginning of a shell's script whose processes can make no file longer than so many KiB. What
  /// `scripts/coverage` counts of them would end there too, and goes nowhere.
  static func limitingFiles(to kibibytes: Int) -> String {
    "export LLVM_PROFILE_FILE=/dev/null; ulimit -f \(kibibytes)"
  }

  /// A Python script of `Fixtures/`.
  static func python(_ script: String, _ arguments: [String] = []) -> Command {
    Command(
      executable: "/usr/bin/env",
      ["python3", "\(Project.root)/Tests/Pipes/Fixtures/\(script)"] + arguments)
  }

  /// A stream that the filter takes.
  static func input(for filter: String, frames: Int = 1_000) -> [UInt8] {
    guard filter == "ap-xfade" else {
      return StreamText.whole(["mix": Sounds.noise(frames: frames)])
    }
    var text = windowed()
    var records = 0
    for start in stride(from: 0, to: frames, by: 4_096) {
      let count = min(4_096, frames - start)
      text.audio(
        Sounds.noise(frames: count), offset: start,
        more: ",\"length\":\(count),\"segment\":\(records)")
      records += 1
    }
    text.end(records: records, frames: ["mix": frames])
    return text.bytes
  }

  /// Begins a windowed stream.
  static func windowed() -> StreamText {
    StreamText(
      header: """
        "channels":1,"encoding":"f32le","layout":"windowed","rate":44100,\
        "tracks":[{"name":"mix"}],"type":"stream","window":{"fade":"cosine","length":4096,\
        "overlap":0}
        """)
  }
}
