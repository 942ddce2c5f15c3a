import APCore
import Demucs

/// What `--list-models` shows: a line a model, its columns under each other.
struct ModelTable {
  private let rows: [[String]]

  init(_ models: [ModelListing]) {
    rows =
      [["MODEL", "STEMS", "SEGMENT", "LICENCE", "WHERE"]]
      + models.map { model in
        [
          model.name,
          model.sources.isEmpty ? "?" : model.sources.joined(separator: ","),
          model.segment.map { "\($0.value) s" } ?? "?",
          model.licence ?? "?",
          model.problem ?? model.path ?? "not installed",
        ]
      }
  }

  /// Ends with a line feed.
  var text: String { TextTable(rows).text }
}
