import Tensors

/// What the layers of one network share while they run: threads, and memory that no result stays in.
struct Workspace: Sendable {
  let pool: ThreadPool
  /// For each thread.
  let scratch: Scratch
  /// For what lies between two halves of a layer of the frequency branch.
  let frequency: FloatStorage
  /// The same for the time branch.
  let time: FloatStorage
  /// For the channels inside a DConv of the time branch.
  let hidden: FloatStorage
}
