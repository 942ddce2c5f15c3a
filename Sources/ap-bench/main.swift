import Demucs
import Tensors

// Usage: ap-bench MODEL THREADS ROUNDS f32|bf16
//
// Times a segment of the network, and its stages, in the fastest of the rounds.

let arguments = CommandLine.arguments
guard arguments.count == 5, let threads = Int(arguments[2]), let rounds = Int(arguments[3]) else {
  print("usage: ap-bench MODEL THREADS ROUNDS f32|bf16")
  throw CancellationError()
}
let benchmark = try SegmentBenchmark(
  path: arguments[1], pool: ThreadPool(threads: threads),
  precision: arguments[4] == "bf16" ? .bf16 : .f32)
let runs = (0..<rounds).map { _ in benchmark.run() }
  .sorted { ($0.last?.seconds ?? 0) < ($1.last?.seconds ?? 0) }
var before = 0.0
for (stage, seconds) in runs[0] {
  print(stage, ((seconds - before) * 1e5).rounded() / 100, "ms")
  before = seconds
}
print("segments", runs.map { (($0.last?.seconds ?? 0) * 1000).rounded() / 1000 })
