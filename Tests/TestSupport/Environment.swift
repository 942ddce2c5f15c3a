import Glibc

/// The test process's own environment.
public enum Environment {
  /// Whether a variable has a value.
  public static func isSet(_ name: String) -> Bool {
    getenv(name).map { $0.pointee != 0 } ?? false
  }
}
