/// Rows of cells as text, columns under each other.
package struct TextTable: Sendable {
  private let rows: [[String]]

  /// A table of these rows, the headings first; all have as many cells.
  package init(_ rows: [[String]]) {
    self.rows = rows
  }

  /// Ends with a line feed.
  package var text: String {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map(\.[column].count).max() ?? 0
    }
    return rows.map { row in
      zip(row.dropLast(), widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count + 2)
      }.joined() + (row.last ?? "") + "\n"
    }.joined()
  }
}
