internal import Glibc

/// The periodic Hann window (`torch.hann_window`): its next sample would be its first again.
package func hannWindow(_ count: Int) -> [Double] {
  (0..<count).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / Double(count)) }
}
