internal import CLibAV

/// Counts the samples of a Vorbis bitstream, whose last page says how many of them are sound: an
/// encoder fills up its last block (Vorbis I specification, A.2).
struct VorbisLink {
  /// Which of the file's bitstreams the samples belong to.
  private(set) var index = 0
  private var samples = 0
  private var frames = 0
  /// Samples of the packets that end on the first page.
  private var firstSamples = 0

  /// Whether a frame belongs to a later bitstream.
  func isPast(_ frame: UnsafeMutablePointer<AVFrame>, _ links: [OggPages.Link]) -> Bool {
    index + 1 < links.count && frame.pointee.pkt_pos >= links[index + 1].start
  }

  /// Goes on to the next bitstream.
  mutating func advance() {
    self = VorbisLink(index: index + 1)
  }

  init(index: Int = 0) { self.index = index }

  mutating func add(_ count: Int, lost: Int, _ links: [OggPages.Link]) {
    samples += count + lost
    frames += 1
    // The first packet of all gives no samples.
    if index < links.count, let first = links[index].first, frames < first.packets {
      firstSamples += count + lost
    }
  }

  /// The samples at the end that are padding.
  func padding(_ links: [OggPages.Link]) -> Int {
    guard index < links.count, let end = links[index].end else { return 0 }
    var start = 0
    if let first = links[index].first, !links[index].isOnePage {
      start = max(0, first.granule - firstSamples)
    }
    return max(0, samples - max(0, end - start))
  }
}
