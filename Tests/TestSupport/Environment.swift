import Glibc

/// The test process's own environment.
package enum Environment {
  /// Whether a variable has a value.
  package static func isSet(_ name: String) -> Bool {
    getenv(name).map { $0.pointee != 0 } ?? false
  }
}
