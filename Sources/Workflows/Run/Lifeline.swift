internal import APCore
internal import Subprocess
internal import SystemPackage

/// Ends the commands of a run also where this process is killed and cannot: another process reads
/// a pipe that closes with this one's end, and then ends the process groups that it was told of.
///
/// Linux has `PR_SET_PDEATHSIG` for this, but that is the end of the thread which started a process,
/// and threads of a pool come and go.
final class Lifeline: Sendable {
  private let pipe: FileDescriptor
  private let watcher: Task<Void, Never>

  /// As patient as `PipeRun` with what does not end.
  private static let script = """
    trap '' HUP INT TERM
    groups=' '
    while read -r sign group; do
      case $sign in
        +) groups="$groups$group " ;;
        -) groups="${groups%% $group *} ${groups#* $group }" ;;
      esac
    done
    for group in $groups; do kill -TERM "-$group"; done
    [ "$groups" = ' ' ] || sleep 5
    for group in $groups; do kill -KILL "-$group"; done
    """

  /// Starts the watching process.
  ///
  /// - Throws: `Errno` where the system has no more pipes.
  init() throws {
    let ends = try FileDescriptor.pipe()
    pipe = ends.writeEnd
    // Not a part of the task that is cancelled: it watches until the last command has ended.
    watcher = Task.detached {
      var options = PlatformOptions()
      options.processGroupID = 0
      // Without it the run goes on, and only a kill of this process leaves its commands.
      _ = try? await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", Self.script], platformOptions: options,
        input: .fileDescriptor(ends.readEnd, closeAfterSpawningProcess: true),
        output: .discarded, error: .discarded)
    }
  }

  /// Has this process group ended with this process.
  func add(_ group: Int32) { tell("+ \(group)\n") }

  /// Leaves out a group whose command has ended.
  func remove(_ group: Int32) { tell("- \(group)\n") }

  private func tell(_ line: String) {
    _ = try? Array(line.utf8).span.withUnsafeBytes { bytes in try pipe.writeWhole(bytes) }
  }

  /// Ends the watching process, after the last command.
  func end() async {
    try? pipe.close()
    await watcher.value
  }
}
