import APCore
import Tensors
import TestSupport
import Testing

@testable import Demucs

@Suite struct HTDemucsConfigTests {
  @Test(arguments: ["demucs/htdemucs_tiny.th", "demucs/htdemucs_tiny.safetensors"])
  func readsAnArchiveAndSafetensorsAlike(name: String) throws {
    let config = try HTDemucsConfig(Checkpoint.open(fixture(name)))
    #expect(config.sources == ["drums", "bass", "other", "vocals"])
    #expect(config.channels == 8)
    #expect(config.dconvMode == 3)
    #expect(config.bottomChannels == 32)
    #expect(config.tLayers == 3)
    #expect(config.segment == Fraction("5/2"))
    #expect(config.segmentFrames == 110_250)
    #expect(config.segmentSpectra == 108)
    #expect(config.frequencyBins(config.depth) == 8)
    #expect(config.timeFrames(config.depth) == 431)
    #expect(config.transformerHidden == 128)
  }
}
