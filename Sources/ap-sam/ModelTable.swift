import APCore
import SAMAudio

extension TextTable {
  /// What `--list-models` shows: a line a model.
  init(_ models: [ModelListing]) {
    let rows = models.map { model in
      [
        model.name, model.megabytes.map { "\($0) MB" } ?? "?", model.licence ?? "?",
        model.problem ?? model.path ?? "not installed",
      ]
    }
    self.init([["MODEL", "SIZE", "LICENCE", "WHERE"]] + rows)
  }
}
