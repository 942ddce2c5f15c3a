package import APCore
internal import ArgumentParser

extension Seconds {
  /// The value of an option that takes a time.
  ///
  /// - Throws: what the parser says after the option's name.
  package static func argument(_ text: String) throws -> Seconds {
    guard let seconds = Seconds(text) else {
      throw ValidationError("It must be \(allowed).")
    }
    return seconds
  }

  /// What `--help` says of times once for all options.
  package static let help = "A <time> is in \(allowed)."
}
