import TestSupport
import Testing

@testable import Tensors

@Suite struct PanelTests {
  /// Of a block that has a last panel of a few columns, and of tokens.
  @Test(arguments: [1, 47, 48, 49, 100]) func isAPartOfRows(columns: Int) {
    let rows = noise(rows: 3, columns: columns, seed: 1)
    let (block, tokens) = (Blocks(rows), TokenPanels(rows))
    for panel in 0..<block.panels {
      for part in [block.panel(0, panel), block.rows(0).panel(panel), tokens[panel]] {
        #expect(part.valid == min(48, columns - 48 * panel))
        for row in 0..<3 {
          for column in 0..<part.valid {
            #expect(part[row, column] == rows[row][48 * panel + column])
          }
        }
      }
    }
  }

  @Test(arguments: [1, 48, 50]) func rowsAreCopiedAddedAndScaled(columns: Int) {
    let (first, second) = (
      noise(rows: 3, columns: columns, seed: 1), noise(rows: 3, columns: columns, seed: 2)
    )
    let (scale, shift) = (noise(3, seed: 3), noise(3, seed: 4))
    let (x, y, sum) = (Blocks(first), TokenPanels(second), Blocks(first))
    let (copy, scaled) = (TokenPanels(second), TokenPanels(first))
    for panel in 0..<x.panels {
      sum.panel(0, panel).add(y[panel], rows: 2)
      copy[panel].copy(x.panel(0, panel), rows: 2)
      scaled[panel].scale(scale, shift: shift, adding: y[panel])
    }
    for row in 0..<3 {
      let added = zip(first[row], second[row]).map { row < 2 ? $0 + $1 : $0 }
      #expect(sum.values()[row] == added)
      #expect(copy.values[row] == (row < 2 ? first[row] : second[row]))
      #expect(
        scaled.values[row] == zip(first[row], second[row]).map { $0 * scale[row] + shift[row] + $1 }
      )
    }
    #expect(sum.marginsAreZero)
  }
}
