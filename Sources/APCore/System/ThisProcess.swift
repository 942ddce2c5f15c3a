internal import Glibc

/// What this process was started with.
package enum ThisProcess {
  /// The words of the command line after the program's name.
  package static var arguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { String(platformString: $0) }
    }
  }

  /// An environment variable's value; nil where it is unset or empty.
  package static func variable(_ name: String) -> String? {
    getenv(name).flatMap { $0.pointee == 0 ? nil : String(platformString: $0) }
  }

  /// All environment variables that have a value. `environ(7)`.
  package static var variables: [String: String] {
    var variables: [String: String] = [:]
    var place = environ
    while let entry = place.pointee {
      let text = String(platformString: entry)
      if let equals = text.firstIndex(of: "="), equals != text.indices.last {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      place += 1
    }
    return variables
  }

  /// The running program's file, behind all links.
  package static var executable: String? {
    realpath("/proc/self/exe", nil).map { path in
      defer { free(path) }
      return String(platformString: path)
    }
  }

  /// The folder that relative paths begin in. `getcwd(3)`.
  package static var currentFolder: String {
    getcwd(nil, 0).map { path in
      defer { free(path) }
      return String(platformString: path)
    } ?? "/"
  }
}

/// The folders of a user's files (XDG Base Directory Specification).
package enum UserFolder {
  case cache, config, data

  /// The suite's folder there; nil where the environment names neither it nor a home.
  ///
  /// - Parameter variable: an environment variable's value; nil where it is unset or empty.
  package func path(_ variable: (String) -> String?) -> String? {
    root(variable).map { "\($0)/ap" }
  }

  /// The folder of all programs.
  package func root(_ variable: (String) -> String?) -> String? {
    // A relative path is to be ignored.
    if let folder = variable(names.variable), folder.hasPrefix("/") { return folder }
    return variable("HOME").flatMap { $0.isEmpty ? nil : "\($0)/\(names.folder)" }
  }

  private var names: (variable: String, folder: String) {
    switch self {
    case .cache: ("XDG_CACHE_HOME", ".cache")
    case .config: ("XDG_CONFIG_HOME", ".config")
    case .data: ("XDG_DATA_HOME", ".local/share")
    }
  }
}

/// Where commands are looked for: the folders of `PATH`.
package struct SearchPath: Sendable {
  private let folders: [String]

  /// - Parameter path: the variable's value; nil where it is not set.
  package init(_ path: String? = ThisProcess.variable("PATH")) {
    folders = (path ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "." : String($0) }
  }

  /// The file of a command, or nil: what a name with a slash says, else the first one in the folders.
  ///
  /// - Parameter first: folders to look into before.
  package func find(_ name: String, first: [String] = []) -> String? {
    if name.contains("/") { return FileSystem.isExecutable(name) ? name : nil }
    return (first + folders).lazy.map { "\($0)/\(name)" }.first(where: FileSystem.isExecutable)
  }
}
