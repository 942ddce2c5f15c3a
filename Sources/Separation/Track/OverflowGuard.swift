package import Tensors

/// A network that may multiply half precision, in which what is too large for it overflows: the result is not finite
/// then, and the same network computes it again with products of float32. It is loaded for that when it is first needed, which
/// no estimate of memory counts.
///
/// Products of bfloat16 would do as well, but are slow on processors that are fast at half precision.
package final class OverflowGuard<Network> {
  /// The network with the numbers that it is asked to multiply.
  package let network: Network

  private let loadUnbounded: (() throws -> Network)?
  private let notice: OverflowNotice
  private var unbounded: Network?

  /// - Parameters:
  ///   - numerics: what is multiplied.
  ///   - notice: is told if something overflows.
  ///   - load: loads the network with such numbers.
  package init(
    _ numerics: Numerics, notice: OverflowNotice, load: @escaping (Numerics) throws -> Network
  ) throws {
    network = try load(numerics)
    loadUnbounded = numerics == numerics.unbounded ? nil : { try load(numerics.unbounded) }
    self.notice = notice
  }

  /// Runs the network; a second time, with products of float32, if the first result overflowed.
  ///
  /// - Parameter overflowed: whether a result is not finite although what it was made of is.
  /// - Throws: what the network throws, and what loading it throws.
  package func run<Result>(
    _ body: (Network) throws -> Result, overflowed: (Result) -> Bool
  ) throws -> Result {
    let result = try body(network)
    guard let loadUnbounded, overflowed(result) else { return result }
    let network = try unbounded ?? loadUnbounded()
    unbounded = network
    let again = try body(network)
    // What float32 cannot compute either was no overflow.
    if !overflowed(again) { notice.tell() }
    return again
  }
}

extension OverflowGuard: SegmentSeparator where Network: SegmentSeparator {
  package var sources: [String] { network.sources }
  package var sampleRate: Int { network.sampleRate }
  package var channels: Int { network.channels }
  package var segmentFrames: Int { network.segmentFrames }

  package func separate(
    _ mix: UnsafeBufferPointer<Float>, into stems: UnsafeMutableBufferPointer<Float>
  ) throws {
    try run {
      try $0.separate(mix, into: stems)
    } overflowed: {
      mix.areFinite && !stems.areFinite
    }
  }
}

/// Says once that something overflowed.
package final class OverflowNotice {
  private let say: (String) -> Void
  private var isTold = false

  /// - Parameter say: takes a sentence for standard error.
  package init(_ say: @escaping (String) -> Void) { self.say = say }

  func tell() {
    guard !isTold else { return }
    isTold = true
    say(
      "This model's numbers are too large for half precision in places, which are computed again in float32. "
        + "With --precision f32 nothing is computed twice.")
  }
}

extension Sequence<Float> {
  /// Whether none is infinite or not a number.
  package var areFinite: Bool { allSatisfy { $0.isFinite } }
}
