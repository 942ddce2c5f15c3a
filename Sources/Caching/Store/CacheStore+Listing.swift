package import APCore

/// What is kept, as it is listed: an execution, or features of a text that `ap-sam` keeps beside them.
package struct StoredRun: Sendable, Equatable {
  /// What it is.
  package enum Kind: String, Sendable {
    case output, text
  }

  /// What it is.
  package let kind: Kind
  /// Its key: 64 hexadecimal digits.
  package let key: String
  /// The command line; empty where the manifest is damaged.
  package let command: [String]
  /// The name of the file that the sound came from.
  package let source: String?
  /// When it was written, in UTC, as ISO 8601 has it.
  package let created: String
  /// When it was written or last used, in the same form.
  package let used: String
  /// What its files take, in bytes.
  package let size: Int

  /// All of it, for programs.
  package var json: JSONValue {
    [
      "command": JSONValue(command), "created": .string(created), "key": .string(key),
      "kind": .string(kind.rawValue),
      "size": JSONValue(size), "source": source.map { .string($0) } ?? .null,
      "used": .string(used),
    ]
  }

  /// Nanoseconds since 1970.
  let usedTime: Int
}

/// What was removed.
package struct Removal: Sendable, Equatable {
  /// How many executions.
  package var runs = 0
  /// Features of how many texts.
  package var texts = 0
  /// How many bytes they took.
  package var bytes = 0
}

extension CacheStore {
  /// What is kept, least recently used first.
  package func list() -> [StoredRun] {
    (listExecutions() + listTexts()).sorted { ($0.usedTime, $0.key) < ($1.usedTime, $1.key) }
  }

  private func listExecutions() -> [StoredRun] {
    FileSystem.names(in: executions).compactMap { key in
      let path = "\(executions)/\(key)"
      let summary = StoredExecution.summary(in: path)
      let states = [Self.manifest, Self.stream].map { FileStatus("\(path)/\($0)") }
      // What another process has just removed.
      guard FileSystem.isFolder(path) else { return nil }
      let time = states[0]?.modified ?? 0
      return StoredRun(
        kind: .output, key: key, command: summary?.command ?? [], source: summary?.source,
        created: summary?.created ?? Timestamp.text(time), used: Timestamp.text(time),
        size: states.reduce(0) { $0 + ($1?.size ?? 0) }, usedTime: time)
    }
  }

  private func listTexts() -> [StoredRun] {
    FileSystem.names(in: texts).compactMap { key in
      // Others are being written.
      guard key.count == 64, key.allSatisfy(\.isHexDigit),
        let status = FileStatus("\(texts)/\(key)"), status.isFile
      else { return nil }
      let time = Timestamp.text(status.modified)
      return StoredRun(
        kind: .text, key: key, command: ["ap-sam"], source: nil, created: time, used: time,
        size: status.size, usedTime: status.modified)
    }
  }

  /// Removes the least recently used, and what dead writers left.
  ///
  /// - Parameters:
  ///   - age: removes what was not used for so many seconds; nil for none.
  ///   - size: goes on until what is left takes no more bytes; nil for no limit.
  @discardableResult
  package func clean(olderThan age: Int? = nil, size: Int? = nil) -> Removal {
    removeLeftovers()
    let runs = list()
    var total = runs.reduce(0) { $0 + $1.size }
    let now = Syscalls.now()
    var removal = Removal()
    for run in runs {
      let isOld = age.map { (now - run.usedTime) / 1_000_000_000 >= $0 } ?? false
      guard isOld || total > size ?? .max else { continue }
      total -= run.size
      switch run.kind {
      case .output:
        drop(run.key)
        removal.runs += 1
      case .text:
        FileSystem.remove("\(texts)/\(run.key)")
        removal.texts += 1
      }
      removal.bytes += run.size
    }
    return removal
  }

  /// Removes all but what is being written now.
  package func clear() -> Removal {
    let removal = clean(olderThan: .min)
    remove(digests.folder)
    return removal
  }
}

/// Points in time as ISO 8601 has them.
enum Timestamp {
  /// - Parameter nanoseconds: since 1970.
  static func text(_ nanoseconds: Int) -> String {
    let parts = Syscalls.calendar(nanoseconds: nanoseconds)
    func digits(_ number: Int) -> String { "\(number < 10 ? "0" : "")\(number)" }
    let date = "\(parts.year)-\(digits(parts.month))-\(digits(parts.day))"
    return "\(date)T\(digits(parts.hour)):\(digits(parts.minute)):\(digits(parts.second))Z"
  }
}
