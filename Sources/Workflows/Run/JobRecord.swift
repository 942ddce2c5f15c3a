internal import APCore
internal import Digests

/// What a job did when it was done last, kept in a file of its own.
struct JobRecord: Sendable {
  /// Version of the suite and the pipe.
  let command: String
  /// What it read, as it was when the job began.
  let inputs: FileTree
  /// What it made, as it was when the job ended.
  let outputs: FileTree

  /// The folder of all records, in the folder that the paths of a workflow begin in.
  static let folder = ".ap-run"

  /// The record that the job would leave if it were done now, with this input.
  init(of job: Job, inputs: FileTree) {
    command = "\(Suite.version): \(job.shellText)"
    self.inputs = inputs
    outputs = FileTree(job.outputs)
  }

  /// The record that the job left; nil where there is none that can be read.
  init?(readFor job: Job) {
    guard let bytes = try? FileSystem.read(Self.path(for: job), limit: 1 << 28),
      let json = try? JSONValue(parsing: bytes), let command = json["command"]?.string,
      let inputs = FileTree(json: json["inputs"]), let outputs = FileTree(json: json["outputs"])
    else { return nil }
    self.command = command
    self.inputs = inputs
    self.outputs = outputs
  }

  /// Whether the job need not be done again.
  static func isUpToDate(_ job: Job) -> Bool {
    guard !job.outputs.isEmpty, let last = JobRecord(readFor: job) else { return false }
    let now = JobRecord(of: job, inputs: FileTree(job.inputs))
    return last.command == now.command && last.inputs.files == now.inputs.files
      && last.outputs.files == now.outputs.files
  }

  /// - Throws: `FilterError` where the folder takes no file.
  func write(for job: Job) throws {
    _ = try FileSystem.makeInnerFolder(Self.folder)
    let json: JSONValue = [
      "command": .string(command), "inputs": inputs.json, "outputs": outputs.json,
    ]
    let file = try PartialFile(for: Self.path(for: job), overwriting: true)
    try file.write(json.serialized())
    try file.commit()
  }

  /// Jobs that make the same things share a record: what one has made is no longer the other's.
  private static func path(for job: Job) -> String {
    var digest = Digest()
    for output in job.outputs.sorted() { digest.add(output) }
    return "\(folder)/\(job.step)-\(digest.text.prefix(16)).json"
  }
}

extension FileTree {
  fileprivate var json: JSONValue {
    .object(files.mapValues { .array([JSONValue($0.size), JSONValue($0.time)]) })
  }

  fileprivate init?(json: JSONValue?) {
    guard let members = json?.object else { return nil }
    var files: [String: FileStamp] = [:]
    for (path, numbers) in members {
      guard let size = numbers.array?.first?.int, let time = numbers.array?.last?.int else {
        return nil
      }
      files[path] = FileStamp(size: size, time: time)
    }
    self.init(files: files)
  }
}
