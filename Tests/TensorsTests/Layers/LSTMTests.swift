import Glibc
import TestSupport
import Testing

@testable import Tensors

@Suite struct LSTMTests {
  @Test(
    arguments: [
      (inputs: 1, outputs: 1, columns: 1), (3, 2, 47), (5, 16, 48), (8, 17, 49), (16, 32, 150),
      (33, 40, 97),
    ], [false, true])
  func equalsTheNaiveRecurrence(
    _ shape: (inputs: Int, outputs: Int, columns: Int), accumulate: Bool
  ) {
    let (inputs, outputs, columns) = shape
    let rows = noise(rows: inputs, columns: columns, seed: 1)
    let (input, bias) = affine(4 * outputs, inputs, seed: 2)
    let (recurrent, _) = affine(4 * outputs, outputs, seed: 4)
    let layer = LSTM(input: input, recurrent: recurrent, bias: bias)
    let before = noise(rows: outputs, columns: columns, seed: 5)
    var expected = naive(Naive.table(rows), input, recurrent, bias)
    if accumulate { expected = Naive.sum(expected, Naive.table(before)) }
    var first: [[Float]]?
    for threads in [1, 2, 7] {
      let y = Blocks(before)
      layer(
        Blocks(rows), into: y, accumulate: accumulate, workers: Workers.spoiled(threads: threads))
      #expect(difference(y.values(), expected) < 5e-6)
      #expect(y.marginsAreZero)
      #expect(y.values() == first ?? y.values(), "the same bytes for any number of threads")
      first = y.values()
    }
  }

  private func naive(
    _ x: Table, _ input: [Float], _ recurrent: [Float], _ bias: [Float]
  ) -> Table {
    let units = bias.count / 4
    var cell = Array(repeating: 0.0, count: units)
    var state = cell
    var result = Table(repeating: [], count: units)
    for column in x[0].indices {
      let gates = bias.indices.map { row in
        let own = x.indices.reduce(Double(bias[row])) {
          $0 + Double(input[row * x.count + $1]) * x[$1][column]
        }
        return (0..<units).reduce(own) { $0 + Double(recurrent[row * units + $1]) * state[$1] }
      }
      for unit in 0..<units {
        cell[unit] =
          Naive.sigmoid(gates[units + unit]) * cell[unit]
          + Naive.sigmoid(gates[unit]) * tanh(gates[2 * units + unit])
        state[unit] = Naive.sigmoid(gates[3 * units + unit]) * tanh(cell[unit])
        result[unit].append(state[unit])
      }
    }
    return result
  }
}
