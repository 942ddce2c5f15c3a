import APCore
import Demucs

extension TextTable {
  /// What `--list-models` shows: a line a model.
  init(_ models: [ModelListing]) {
    let rows = models.map { model in
      [
        model.name,
        model.sources.isEmpty ? "?" : model.sources.joined(separator: ","),
        model.segment.map { "\($0.value) s" } ?? "?",
        model.licence ?? "?",
        model.problem ?? model.path ?? "not installed",
      ]
    }
    self.init([["MODEL", "STEMS", "SEGMENT", "LICENCE", "WHERE"]] + rows)
  }
}
