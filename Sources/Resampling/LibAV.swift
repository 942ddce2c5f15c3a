package import APCore
internal import CLibAV

/// What concerns the libav libraries as a whole.
package enum LibAV {
  /// Says how much libav itself may write to standard error: nothing, or, for `debug`, its warnings.
  package static func setLogging(_ level: LogLevel) {
    av_log_set_level(level >= .debug ? AV_LOG_WARNING : AV_LOG_QUIET)
  }

  /// An `AVERROR` in words.
  package static func words(for status: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { text in
      av_strerror(status, text.baseAddress, text.count)
      return text.baseAddress.map { String(cString: $0) } ?? "error \(status)"
    }
  }
}
