/// What the commands of the suite have in common.
public enum Suite {
  /// As semver.org has it: one for all filters, in `--version` and in each `history` entry.
  public static let version = "0.1.0"

  /// The commands that can stand in a pipe.
  public static let filters: Set<String> = [
    "ap-cache", "ap-decode", "ap-demucs", "ap-encode", "ap-sam", "ap-segment", "ap-view",
    "ap-xfade",
  ]
}
