extension FilterError {
  private struct Abort: Error {
    let record: AbortRecord
    let isHeard: Bool
  }

  /// The failure of a filter before this one, which has said why: it becomes this one's, with its exit status.
  ///
  /// - Parameter isHeard: whether that filter has told the user itself, at the other end of a pipe; what a file
  ///   says, nobody may have heard.
  package static func aborted(_ record: AbortRecord, isHeard: Bool = false) -> FilterError {
    // No failure may look like a success, whoever wrote the record.
    let status = record.exit == 0 ? .data : ExitStatus(rawValue: Int32(record.exit))
    return FilterError(
      Code("aborted-input", status), "\(record.tool) failed: \(record.message)",
      underlying: Abort(record: record, isHeard: isHeard))
  }

  /// The record that told of the failure, where another filter failed and not this one.
  package var abort: AbortRecord? { (underlying as? Abort)?.record }

  /// Whether the user has been told already.
  package var isHeard: Bool { (underlying as? Abort)?.isHeard ?? false }
}
