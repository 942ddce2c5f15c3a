internal import APCore
internal import Fourier
internal import Glibc

/// Gives a mono sound that was separated from the mid of a stereo mixture its place in the image again.
///
/// What stays is the mid: left and right are the sound plus and minus a side signal that is estimated here, so that
/// their mean is the sound itself. With the spectra S of the mixture's side, T of the sound and U of what the mixture's
/// mid has beyond it,
///
///     side = p·T + w²·(S − p·T − q·U),  w = |T|² / (|T|² + |U|²)
///
/// The positions p and q of both, −1 … 1, are those that explain S best around each moment, by least squares. What no
/// two positions explain, such as delays between the channels and reverberation, goes to whom the frequency belongs.
final class StereoImage {
  private static let frameLength = 4096
  private static let hop = frameLength / 4
  /// Frames on each side that positions are found over, about a third of a second.
  private static let reach = 16

  private let transform: RealTransform
  /// Its square, over four frames, is 2.
  private let window: [Float]
  private let signal = AlignedFloats(count: frameLength)
  private let sideSpectrum = AlignedFloats(count: frameLength + 2)
  private let targetSpectrum = AlignedFloats(count: frameLength + 2)
  private let restSpectrum = AlignedFloats(count: frameLength + 2)
  /// The weights of the frames around one, the nearest first.
  private let nearness: [Double]

  /// - Throws: `unavailable` where libavutil has no such transform.
  init() throws(FilterError) {
    transform = try RealTransform(size: Self.frameLength)
    window = (0..<Self.frameLength).map {
      Float(sin(Double.pi * (Double($0) + 0.5) / Double(Self.frameLength)))
    }
    nearness = (0...Self.reach).map {
      0.5 + 0.5 * cos(Double.pi * Double($0) / Double(Self.reach + 1))
    }
  }

  /// The sound in stereo, interleaved: [N, 2].
  ///
  /// - Parameters:
  ///   - target: the sound, [N].
  ///   - mid: half the sum of the mixture's channels, [N].
  ///   - side: half the left one minus the right one, [N].
  func restored(_ target: [Float], mid: [Float], side: [Float]) -> [Float] {
    precondition(
      mid.count == target.count && side.count == target.count, "all must have one length")
    let rest = zip(mid, target).map { $0 - $1 }
    let estimate = sideSignal(target: target, rest: rest, side: side)
    var stereo: [Float] = []
    stereo.reserveCapacity(2 * target.count)
    for (sound, side) in zip(target, estimate) {
      stereo.append(sound + side)
      stereo.append(sound - side)
    }
    return stereo
  }

  private func sideSignal(target: [Float], rest: [Float], side: [Float]) -> [Float] {
    var estimate = [Float](repeating: 0, count: target.count)
    // Each sample lies in four frames, also the first and the last one.
    let frames = (target.count + Self.hop - 1) / Self.hop + 3
    func transformFrame(_ frame: Int) {
      analyze(target, frame, into: targetSpectrum)
      analyze(rest, frame, into: restSpectrum)
      analyze(side, frame, into: sideSpectrum)
    }
    let products = (0..<frames).map { frame in
      transformFrame(frame)
      return measuredProducts()
    }
    for frame in 0..<frames {
      transformFrame(frame)
      let positions = products.smoothed(at: frame, nearness).positions
      estimateSide(of: positions)
      synthesize(frame, into: &estimate)
    }
    return estimate
  }

  private func analyze(_ samples: [Float], _ frame: Int, into spectrum: AlignedFloats) {
    let start = (frame - 3) * Self.hop
    for index in 0..<Self.frameLength {
      let place = start + index
      signal.base[index] = samples.indices.contains(place) ? samples[place] * window[index] : 0
    }
    transform.forward(signal.base, into: spectrum.base)
  }

  private func measuredProducts() -> SpectrumProducts {
    var products = SpectrumProducts()
    for index in 0..<Self.frameLength + 2 {
      products.add(
        side: Double(sideSpectrum.base[index]), target: Double(targetSpectrum.base[index]),
        rest: Double(restSpectrum.base[index]))
    }
    return products
  }

  /// Writes the side's estimate over the mixture's side.
  private func estimateSide(of positions: (target: Float, rest: Float)) {
    let (side, target, rest) = (sideSpectrum.base, targetSpectrum.base, restSpectrum.base)
    for bin in stride(from: 0, to: Self.frameLength + 2, by: 2) {
      let own = target[bin] * target[bin] + target[bin + 1] * target[bin + 1]
      let others = rest[bin] * rest[bin] + rest[bin + 1] * rest[bin + 1]
      let share = own / max(own + others, .leastNormalMagnitude)
      for index in bin...bin + 1 {
        let placed = positions.target * target[index]
        let unexplained = side[index] - placed - positions.rest * rest[index]
        side[index] = placed + share * share * unexplained
      }
    }
  }

  private func synthesize(_ frame: Int, into samples: inout [Float]) {
    transform.inverse(sideSpectrum.base, into: signal.base)
    let start = (frame - 3) * Self.hop
    // The transform's factor, and four squared windows.
    let scale = 1 / Float(2 * Self.frameLength)
    for place in max(start, 0)..<max(0, min(start + Self.frameLength, samples.count)) {
      samples[place] += signal.base[place - start] * window[place - start] * scale
    }
  }
}

/// Inner products of a moment's spectra: of the side S, the target T and the rest U.
private struct SpectrumProducts {
  private var tt = 0.0
  private var uu = 0.0
  private var tu = 0.0
  private var st = 0.0
  private var su = 0.0

  mutating func add(side: Double, target: Double, rest: Double) {
    tt += target * target
    uu += rest * rest
    tu += target * rest
    st += side * target
    su += side * rest
  }

  mutating func add(_ other: SpectrumProducts, weight: Double) {
    tt += weight * other.tt
    uu += weight * other.uu
    tu += weight * other.tu
    st += weight * other.st
    su += weight * other.su
  }

  /// The p and q that make S − p·T − q·U smallest, with a little less trust in T and U where they are alike.
  var positions: (target: Float, rest: Float) {
    let ridge = 1.001
    let determinant = ridge * ridge * tt * uu - tu * tu
    guard determinant > 0 else { return (0, 0) }
    func position(_ value: Double) -> Float { Float(min(max(value / determinant, -1), 1)) }
    return (position(ridge * st * uu - su * tu), position(ridge * su * tt - st * tu))
  }
}

extension [SpectrumProducts] {
  /// The products around a moment.
  fileprivate func smoothed(at index: Int, _ nearness: [Double]) -> SpectrumProducts {
    var sum = SpectrumProducts()
    let reach = nearness.count - 1
    for other in Swift.max(0, index - reach)...Swift.min(count - 1, index + reach) {
      sum.add(self[other], weight: nearness[abs(other - index)])
    }
    return sum
  }
}
