package import APCore

/// What the environment says of the cache.
package struct CacheSettings: Sendable, Equatable {
  /// Whether there is one: not with `AP_CACHE=off`.
  package var isOn = true
  /// The most it may hold, of `AP_CACHE_MAX_SIZE`.
  package var maxSize: ByteSize?

  /// Those of this process.
  ///
  /// - Throws: `configuration` where a variable has a value that means nothing.
  package static func ofEnvironment() throws(FilterError) -> CacheSettings {
    try CacheSettings(variable: ThisProcess.variable)
  }
}

extension CacheSettings {
  /// - Parameter variable: an environment variable's value; nil where it is unset or empty.
  init(variable: (String) -> String?) throws(FilterError) {
    switch variable("AP_CACHE") {
    case nil, "on": break
    case "off": isOn = false
    case let value?:
      throw FilterError(
        .configuration, "AP_CACHE is \"\(value)\".", advice: "It must be on or off.")
    }
    if let value = variable("AP_CACHE_MAX_SIZE") {
      guard let size = ByteSize(argument: value) else {
        throw FilterError(
          .configuration, "AP_CACHE_MAX_SIZE is \"\(value)\".",
          advice: "It must be \(ByteSize.allowed).")
      }
      maxSize = size
    }
  }
}
