/// The suite's version: one for all filters, in `--version` and in each `history` entry.
public enum Suite {
  /// As semver.org has it.
  public static let version = "0.1.0"
}
