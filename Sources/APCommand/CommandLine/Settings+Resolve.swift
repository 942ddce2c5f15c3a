package import APCore

extension Settings {
  /// The values for a command line, this process's environment and its user's file.
  ///
  /// - Parameter variable: an environment variable's value.
  /// - Throws: `configuration` for a wrong value in the environment or the file; `unavailable` for a
  ///   device that is not there; `cannotCreate` for a folder that takes no temporary files.
  package static func resolve(
    _ options: CommonOptions, variable: (String) -> String? = ThisProcess.variable
  ) throws(FilterError) -> Settings {
    var layers = [try options.layer(), try .environment(variable)]
    if let path = SettingsFile.path(variable) {
      layers.append(try SettingsFile.read(path).settings)
    }
    return try Settings(layers, temporaryFolder: variable("TMPDIR"))
  }
}
