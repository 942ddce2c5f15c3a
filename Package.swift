// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

/// Set by `scripts/build --portable`.
let isPortable = Context.environment["AP_PORTABLE"] != nil

/// One thin executable: options in, a library call, an exit code out.
///
/// In a portable build those with a network are one library, of which each level of x86-64 has its own.
func filter(_ name: String, _ libraries: String...) -> Target {
  let dependencies =
    ["APCommand", "APCore", argumentParser] + libraries.map { .byName(name: $0) }
  guard isPortable, libraries.contains("Separation") else {
    return .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
  }
  let main = name.map { $0 == "-" ? "_" : $0 } + "_main"
  let naming = ["-Xfrontend", "-entry-point-function-name", "-Xfrontend", String(main)]
  return .target(
    name: name, dependencies: dependencies, swiftSettings: settings + [.unsafeFlags(naming)])
}

let package = Package(
  name: "ap",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    // C libraries. What a binary links is said by the Swift target that calls it, because
    // libavformat alone takes 35 ms to load: a filter must not pay for what it does not use.
    .systemLibrary(name: "CLibAV", providers: [.apt(["libavformat-dev", "libswresample-dev"])]),
    .systemLibrary(name: "CSndFile", providers: [.apt(["libsndfile1-dev"])]),
    .systemLibrary(name: "CYAML", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CProcessor"),
    .target(name: "CProcessorCheck"),
    .target(
      name: "BundledModels",
      resources: [.copy("htdemucs-mini.safetensors"), .copy("MODEL_CARD.md")]),

    .target(
      name: "YAML", dependencies: ["CYAML"], swiftSettings: settings,
      linkerSettings: [.linkedLibrary("yaml")]),
    .target(
      name: "APCore", dependencies: ["CLinux", "CProcessorCheck", systemPackage],
      swiftSettings: settings),
    // SHA-256 and XXH3. Not in APCore: a filter that needs none does not load libnettle.
    .target(
      name: "Digests", dependencies: ["APCore", "CNettle", "CXXHash", systemPackage],
      swiftSettings: settings, linkerSettings: [.linkedLibrary("nettle")]),
    .target(
      name: "Resampling", dependencies: ["APCore", "CLibAV"], swiftSettings: settings,
      linkerSettings: [.linkedLibrary("swresample"), .linkedLibrary("avutil")]),
    .target(
      name: "AudioDecoding",
      dependencies: ["APCore", "CLibAV", "Digests", "Resampling", systemPackage],
      swiftSettings: settings,
      linkerSettings: [.linkedLibrary("avformat"), .linkedLibrary("avcodec")]),
    // Files of weights, hostile ones among them: nothing else reads their bytes.
    .target(
      name: "Checkpoints", dependencies: ["APCore", "CProcessor", systemPackage],
      swiftSettings: settings),
    // Kernels and layers in one vocabulary for all networks.
    .target(
      name: "Tensors", dependencies: ["APCore", "Checkpoints", "CProcessor"],
      swiftSettings: settings),
    .target(
      name: "Fourier", dependencies: ["APCore", "CLibAV"], swiftSettings: settings,
      linkerSettings: [.linkedLibrary("avutil")]),
    .target(
      name: "Pictures", dependencies: ["APCore", "CLibAV", "Fourier"],
      swiftSettings: settings, linkerSettings: [.linkedLibrary("avcodec")]),
    .target(
      name: "Mixing", dependencies: ["APCore", "Fourier", systemPackage], swiftSettings: settings),
    .target(
      name: "AudioEncoding",
      dependencies: ["APCore", "CLibAV", "CSndFile", "Mixing", "Resampling", systemPackage],
      swiftSettings: settings, linkerSettings: [.linkedLibrary("sndfile")]),
    // Between a stream and a network: the shelf of models, the sound as a network takes it, overlap-add.
    .target(
      name: "Separation",
      dependencies: ["APCore", "Checkpoints", "Digests", "Resampling", "Tensors", "YAML"],
      swiftSettings: settings),
    .target(
      name: "Demucs",
      dependencies: [
        "APCore", "BundledModels", "Checkpoints", "Fourier", "Separation", "Tensors", "YAML",
      ],
      swiftSettings: settings),
    .target(
      name: "SAMAudio",
      dependencies: [
        "APCore", "CNettle", "Checkpoints", "Digests", "Fourier", "Separation", "Tensors",
      ],
      swiftSettings: settings),
    .target(
      name: "Roformer",
      dependencies: [
        "APCore", "Checkpoints", "Fourier", "Separation", "Tensors", "YAML",
      ],
      swiftSettings: settings),
    .target(
      name: "Caching", dependencies: ["APCore", "Digests", systemPackage],
      swiftSettings: settings),
    .target(
      name: "Workflows", dependencies: ["APCore", "Digests", "YAML", subprocess, systemPackage],
      swiftSettings: settings),
    // The settings file, only here, and the parser of options, also in NetworkCommand and the executables.
    .target(
      name: "APCommand",
      dependencies: ["APCore", "YAML", argumentParser, systemPackage],
      swiftSettings: settings),
    // Options that filters with a network share.
    .target(
      name: "NetworkCommand",
      dependencies: ["APCommand", "APCore", "Separation", "Tensors", argumentParser],
      swiftSettings: settings),

    filter("ap-decode", "AudioDecoding"),
    filter("ap-segment"),
    filter("ap-demucs", "Demucs", "NetworkCommand", "Separation"),
    filter("ap-roformer", "NetworkCommand", "Roformer", "Separation"),
    filter("ap-sam", "NetworkCommand", "SAMAudio", "Separation"),
    filter("ap-xfade"),
    filter("ap-mix", "Mixing"),
    filter("ap-encode", "AudioEncoding"),
    filter("ap-view", "Pictures"),
    filter("ap-cache", "Caching"),
    filter("ap-run", "Workflows"),
    // Never installed: it measures the networks and their products, OpenBLAS's beside them.
    .executableTarget(
      name: "ap-bench",
      dependencies: [
        "APCore", "Checkpoints", "Demucs", "NetworkCommand", "Roformer", "SAMAudio", "Separation",
        "Tensors", argumentParser,
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["APCore", "Checkpoints", "Tensors", systemPackage],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(name: "YAMLTests", dependencies: ["TestSupport", "YAML"], swiftSettings: settings),
    .testTarget(
      name: "APCoreTests", dependencies: ["APCore", "TestSupport", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "APCommandTests",
      dependencies: ["APCommand", "APCore", "TestSupport", argumentParser],
      swiftSettings: settings),
    .testTarget(
      name: "ResamplingTests", dependencies: ["APCore", "Resampling"], swiftSettings: settings),
    .testTarget(
      name: "AudioDecodingTests",
      dependencies: ["APCore", "AudioDecoding", "Resampling", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "CheckpointsTests", dependencies: ["APCore", "Checkpoints", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "TensorsTests", dependencies: ["Checkpoints", "Tensors", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "AudioEncodingTests",
      dependencies: [
        "APCore", "AudioEncoding", "CSndFile", "Resampling", "TestSupport", systemPackage,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PicturesTests", dependencies: ["APCore", "Pictures", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "MixingTests", dependencies: ["APCore", "Mixing", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "SeparationTests",
      dependencies: [
        "APCore", "Resampling", "Separation", "Tensors", "TestSupport", systemPackage,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "DemucsTests",
      dependencies: [
        "APCore", "Checkpoints", "Demucs", "Fourier", "Separation", "Tensors", "TestSupport",
        "ap-decode",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SAMAudioTests",
      dependencies: [
        "APCore", "Checkpoints", "Digests", "SAMAudio", "Separation", "Tensors", "TestSupport",
        "ap-sam",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "RoformerTests",
      dependencies: [
        "APCore", "Checkpoints", "Roformer", "Separation", "Tensors", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CachingTests", dependencies: ["APCore", "Caching", "Digests", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "WorkflowsTests", dependencies: ["APCore", "Workflows", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "Pipes",
      dependencies: [
        "TestSupport", "APCore", "Digests", "ap-decode", "ap-segment", "ap-demucs", "ap-sam",
        "ap-roformer", "ap-xfade", "ap-mix",
        "ap-encode", "ap-view", "ap-cache", "ap-run",
      ],
      exclude: ["Fixtures", "Snapshots"], swiftSettings: settings),
  ]
)

if isPortable {
  let filters = package.targets.filter { $0.type == .regular && $0.name.hasPrefix("ap-") }
  package.products = [
    .library(name: "ap-networks", type: .dynamic, targets: filters.map(\.name))
  ]
}

/// The readers of what comes from outside: their inputs in Tests/Fixtures/fuzz are tests, and `scripts/fuzz` looks for more.
let fuzzing: [Target.Dependency] = [
  "APCommand", "APCore", "AudioDecoding", "Checkpoints", "Demucs", "Roformer", "SAMAudio",
  "TestSupport", "Workflows",
]
if Context.environment["AP_FUZZ"] == nil {
  package.targets.append(
    .testTarget(
      name: "FuzzingTests", dependencies: fuzzing, path: "Tests/Fuzzing", exclude: ["Driver"],
      swiftSettings: settings))
} else {
  package.targets.append(
    .executableTarget(
      name: "ap-fuzz", dependencies: fuzzing, path: "Tests/Fuzzing",
      exclude: ["CorpusTests.swift"], swiftSettings: settings))
}
