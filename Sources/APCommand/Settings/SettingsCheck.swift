package import APCore
internal import SystemPackage

/// Asks the filters what is wrong with the options that the settings give them.
package enum SettingsCheck {
  /// Says it; after a mistake, ends the process.
  ///
  /// - Throws: where a filter cannot be started.
  package static func run(_ options: [FilterOption], in context: FilterContext) throws {
    for warning in FilterOption.warnings(of: ThisProcess.variables) { context.log.warning(warning) }
    // They say what this command is to say.
    context.settings.export(progress: false)
    let own = ThisProcess.executable.map { [FileSystem.parent($0)] } ?? []
    let nothing = try FileDescriptor.open("/dev/null", .readWrite, options: .closeOnExec)
    defer { try? nothing.close() }
    var isRight = true
    for filter in Set(options.map(\.filter)).sorted() {
      guard let path = SearchPath().find(filter, first: own) else {
        context.log.warning("There is no \(filter) in PATH that could check its options.")
        continue
      }
      let process = try Syscalls.spawn(
        path, [filter, FilterOption.question],
        descriptors: [(nothing, as: .standardInput), (nothing, as: .standardOutput)])
      Syscalls.waitForEnd(of: process)
      if Syscalls.reap(process) != (0, 0) { isRight = false }
    }
    if !isRight { context.end(as: .exit(ExitStatus.configuration.rawValue)) }
  }
}
