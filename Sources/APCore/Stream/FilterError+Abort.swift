extension FilterError {
  /// The failure of a filter before this one, which has said why: it becomes this one's, with its exit status.
  package static func aborted(_ record: AbortRecord) -> FilterError {
    // No failure may look like a success, whoever wrote the record.
    let status = record.exit == 0 ? .data : ExitStatus(rawValue: Int32(record.exit))
    return FilterError(
      Code("aborted-input", status), "\(record.tool) failed: \(record.message)", underlying: record)
  }

  /// The record that told of the failure, where another filter failed and not this one.
  package var abort: AbortRecord? { underlying as? AbortRecord }
}
