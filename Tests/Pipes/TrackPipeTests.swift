import APCore
import TestSupport
import Testing

/// One track of several through each network; the others go on unchanged.
@Suite struct TrackPipeTests {
  struct Network: Sendable, CustomTestStringConvertible {
    let command: [String]
    let channels: Int
    let rate: Int
    /// What it makes.
    let tracks: [String]
    /// Options under which it makes a track that is there.
    let colliding: [String]
    var testDescription: String { command[0] }

    func run(_ options: [String], _ input: [UInt8]) throws -> Outcome {
      var command = Command(self.command[0])
      command.arguments = Array(self.command.dropFirst()) + options
      command.environment["AP_CACHE"] = "off"
      return try command.run(.bytes(input))
    }
  }

  static let networks = [
    Network(
      command: ["ap-demucs", "-m", fixture("demucs/htdemucs_tiny.th"), "--stems", "drums"],
      channels: 2, rate: 44_100, tracks: ["drums"], colliding: ["--stems", "bass,vocals"]),
    Network(
      command: ["ap-roformer", "-m", fixture("roformer/bs_two.ckpt"), "--stems", "other"],
      channels: 2, rate: 44_100, tracks: ["other"], colliding: ["--stems", "other,vocals"]),
    Network(
      command: ["ap-sam", "-m", fixture("sam-audio"), "--prompt", "dog", "--steps", "1"],
      channels: 1, rate: 48_000, tracks: ["dog"], colliding: ["--prompt", "vocals"]),
  ]

  static let frames = 20_000

  static func sounds(_ names: [String], channels: Int) -> [String: [Float]] {
    var sounds: [String: [Float]] = [:]
    for (index, name) in names.enumerated() {
      sounds[name] = Sounds.noise(frames: frames, channels: channels, seed: UInt64(index + 5))
    }
    return sounds
  }

  @Test(
    arguments: networks,
    [
      (["a", "mix", "vocals"], nil, "mix"), (["a", "mix", "vocals"], "a", "a"),
      (["guitar"], nil, "guitar"), (["b", "a"], "b", "b"),
    ] as [([String], String?, String)])
  func oneTrackIsSeparated(network: Network, input: ([String], String?, String)) throws {
    let (tracks, option, taken) = input
    let sounds = Self.sounds(tracks, channels: network.channels)
    let outcome = try network.run(
      option.map { ["--track", $0] } ?? [],
      StreamText.whole(sounds, channels: network.channels, rate: network.rate))
    #expect(outcome.status == 0, "\(outcome.errors)")
    let stream = try ReadStream(outcome.output)
    let names = stream.header.tracks.map(\.name)
    #expect(Set(names) == Set(tracks).subtracting([taken]).union(network.tracks))
    for name in tracks where name != taken {
      #expect(stream.samples(name) == sounds[name], "\(name) is unchanged")
    }
    let alone = try network.run(
      [],
      StreamText.whole(
        ["mix": sounds[taken] ?? []], channels: network.channels, rate: network.rate))
    let expected = try ReadStream(alone.output)
    for name in network.tracks { #expect(stream.samples(name) == expected.samples(name)) }
  }

  @Test(arguments: networks) func whatCannotBeIsExplained(network: Network) throws {
    func run(_ names: [String], _ options: [String], rate: Int? = nil) throws -> Outcome {
      try network.run(
        options,
        StreamText.whole(
          Self.sounds(names, channels: network.channels), channels: network.channels,
          rate: rate ?? network.rate))
    }
    let absent = try run(["a", "b"], ["--track", "c"])
    #expect(absent.status == 64)
    #expect(absent.errors.contains("no track \"c\"") && absent.errors.contains("a, b"))
    let unclear = try run(["a", "b"], [])
    #expect(unclear.status == 65)
    #expect(unclear.errors.contains("Say with --track"))
    let colliding = try run(["mix", "vocals"], network.colliding)
    #expect(colliding.status == 64, "\(colliding.errors)")
    #expect(colliding.errors.contains("a track \"vocals\" already"))
    let other = try run(["mix", "vocals"], [], rate: 22_050)
    #expect(other.status == 64)
    #expect(
      other.errors.contains(
        "Put --rate \(network.rate) --channels \(network.channels) after ap-decode"))
    for outcome in [absent, unclear, colliding, other] {
      #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
      #expect(outcome.isAbort)
    }
  }
}
