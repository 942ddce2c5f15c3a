import Glibc
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct StereoImageTests {
  /// A sound in both channels of a mixture.
  struct Placed {
    let left: [Float]
    let right: [Float]

    /// - Parameters:
    ///   - position: −1 is right, 1 is left.
    ///   - delay: by how much the right channel is later, in frames.
    init(_ sound: [Float], position: Float, delay: Int = 0) {
      left = sound.map { (1 + position) * $0 }
      right = sound.indices.map { $0 < delay ? 0 : (1 - position) * sound[$0 - delay] }
    }

    var mid: [Float] { zip(left, right).map { 0.5 * ($0 + $1) } }
    var side: [Float] { zip(left, right).map { 0.5 * ($0 - $1) } }
  }

  static let frames = 96_000
  static let sweep = Sounds.sweep(frames: frames, rate: 48_000)
  /// Low notes that change, without what a sharp change would add above them.
  static let bass: [Float] = (0..<frames).map { frame in
    let turn = 2 * Double.pi * Double(frame) / 48_000
    let note: Double = [65, 82, 98, 55][frame / 24_000]
    return Float(0.25 * (1 - cos(2 * turn)) * sin(note * turn))
  }

  /// What is left of a sound in stereo is its mean over both channels, whatever it is.
  @Test(arguments: [0, 1, 2, 1023, 1024, 4095, 4097, 10_000])
  func theMidIsTheSoundItself(frames: Int) throws {
    let target = Sounds.noise(frames: frames, seed: 1)
    let (mid, side) = (
      Sounds.noise(frames: frames, seed: 2), Sounds.noise(frames: frames, seed: 3)
    )
    let stereo = try StereoImage().restored(target, mid: mid, side: side)
    #expect(stereo.count == 2 * frames)
    for index in target.indices {
      let mean = 0.5 * (stereo[2 * index] + stereo[2 * index + 1])
      #expect(abs(mean - target[index]) < 1e-6)
    }
  }

  @Test func aSourceInTheMiddleStaysThere() throws {
    let target = Self.sweep
    let silence = [Float](repeating: 0, count: target.count)
    let mid = zip(target, Self.bass).map { $0 + $1 }
    let stereo = try StereoImage().restored(target, mid: mid, side: silence)
    #expect(stereo == target.flatMap { [$0, $0] })
  }

  @Test func silenceStaysSilence() throws {
    let silence = [Float](repeating: 0, count: 9000)
    #expect(
      try StereoImage().restored(silence, mid: silence, side: silence).allSatisfy { $0 == 0 })
    let noise = Sounds.noise(frames: 9000)
    #expect(try StereoImage().restored(silence, mid: noise, side: noise).allSatisfy { $0 == 0 })
  }

  /// How many times the power of a target's side is that of its error.
  private static func accuracy(_ target: Placed, among others: [Placed]) throws -> Double {
    func sum(_ channel: KeyPath<Placed, [Float]>) -> [Float] {
      others.reduce(target[keyPath: channel]) { zip($0, $1[keyPath: channel]).map { $0 + $1 } }
    }
    let stereo = try StereoImage().restored(target.mid, mid: sum(\.mid), side: sum(\.side))
    var (power, error) = (0.0, 0.0)
    for (index, side) in target.side.enumerated() {
      let found = 0.5 * (stereo[2 * index] - stereo[2 * index + 1])
      power += Double(side * side)
      error += Double((found - side) * (found - side))
    }
    return power / max(error, .leastNormalMagnitude)
  }

  /// Two sources whose frequencies cross: each comes back to its place.
  @Test(arguments: [0.6, -1, 0.1] as [Float], [-0.4, 0.9] as [Float])
  func pannedSourcesReturnToTheirPlaces(position: Float, other: Float) throws {
    let (sweep, bass) = (
      Placed(Self.sweep, position: position), Placed(Self.bass, position: other)
    )
    #expect(try Self.accuracy(sweep, among: [bass]) > 1000)
    #expect(try Self.accuracy(bass, among: [sweep]) > 1000)
  }

  /// What no position explains is shared by frequency.
  @Test func delaysBetweenTheChannelsAreKept() throws {
    let sweep = Placed(Self.sweep, position: 0, delay: 20)
    let bass = Placed(Self.bass, position: 0.5)
    #expect(try Self.accuracy(sweep, among: [bass]) > 10)
  }

  /// The limit: noises of one band at different places cannot be told apart where neither position holds alone,
  /// but two positions are found.
  @Test func noisesOfOneBandAreStillPlaced() throws {
    let one = Placed(Sounds.noise(frames: Self.frames, seed: 4), position: 0.8)
    let two = Placed(Sounds.noise(frames: Self.frames, seed: 5), position: -0.5)
    #expect(try Self.accuracy(one, among: [two]) > 100)
  }
}
