import Synchronization

/// An option's value, and its place among those of other options: the parser keeps each option's values apart, but takes them
/// as they come.
struct Placed<Value: Sendable>: Sendable {
  let value: Value
  /// Larger than those of all values before it.
  let place: Int

  init(_ value: Value) {
    self.value = value
    place = count.add(1, ordering: .relaxed).newValue
  }
}

private let count = Atomic(0)
