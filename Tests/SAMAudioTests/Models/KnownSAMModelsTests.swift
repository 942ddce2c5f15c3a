import Digests
import Separation
import TestSupport
import Testing

@testable import SAMAudio

@Suite struct KnownSAMModelsTests {
  /// The released configurations are fixtures.
  @Test(arguments: ["small", "base", "large"]) func configurationsAreTheReleasedOnes(
    size: String
  ) throws {
    let model = try #require(SAMModels.known("sam-audio-\(size)"))
    let path = fixture("sam-audio/configs/\(size).json")
    #expect(model.files[0].sha256 == (try Digest.ofFile(path)))
    #expect(model.files[0].bytes == (try Files.read(path).count))
  }

  @Test func namesAndDigestsAreWellFormed() {
    let models = SAMModels.known + [SAMModels.textEncoder]
    #expect(Set(models.map(\.name)).count == models.count)
    #expect(models[0].name == SAMModels.preferred.name)
    #expect(models[0].megabytes == 5101)
    let digests = models.flatMap(\.files).compactMap(\.sha256)
    #expect(digests.allSatisfy { $0.count == 64 && $0.allSatisfy(\.isHexDigit) })
    #expect(Set(digests).count == digests.count)
    for model in models { #expect(model.address.hasSuffix("/\(model.name)")) }
  }
}
