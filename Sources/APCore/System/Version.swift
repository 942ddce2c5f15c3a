/// What the commands of the suite have in common.
package enum Suite {
  /// As semver.org has it: one for all filters, in `--version` and in each `history` entry.
  package static let version = "0.1.0"

  /// The commands that can stand in a pipe.
  package static let filters: Set<String> = [
    "ap-cache", "ap-decode", "ap-demucs", "ap-encode", "ap-mix", "ap-roformer", "ap-sam",
    "ap-segment", "ap-view", "ap-xfade",
  ]

  /// Those that run a network, for which the rest of a pipe waits.
  package static let networks: Set<String> = ["ap-demucs", "ap-roformer", "ap-sam"]
}
