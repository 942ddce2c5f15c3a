package import APCore
internal import Glibc

/// A picture of a stream's tracks under one another, made while the stream passes.
///
/// It holds a fixed number of columns a track, however long the sound.
package struct StreamPicture {
  /// What is drawn.
  package enum Kind: Sendable {
    /// How strong each frequency is over time.
    case spectrogram
    /// How far the samples reach over time.
    case waveform
  }

  /// The most tracks that a picture shows.
  package static let mostTracks = 64

  private enum Content {
    case spectra([TrackSpectrum], FrequencyScale)
    case waveforms([TrackWaveform])
  }

  private let names: [String]
  private let rate: Int
  private let channels: Int
  /// Frames that the header promises.
  private let frames: Int?
  private let width: Int
  private let title: String
  /// By track.
  private var spans: [MarkedSpans]
  private var content: Content

  /// How wide a picture can be, in pixels.
  package static let widths = 320...4096

  /// - Parameters:
  ///   - width: pixels, of `widths`; the usual width if not given.
  ///   - title: what is written above all; the name of the stream's source if not given.
  /// - Throws: `unavailable` where libavutil has no transform for it.
  package init(
    _ kind: Kind, of header: StreamHeader, width: Int? = nil, title: String? = nil
  ) throws(FilterError) {
    self.width = width ?? PictureLayout.standardWidth
    self.title = title ?? header.source?.file ?? ""
    // At least as many as the picture has, once the sound is long.
    let most = max(2048, 2 * self.width)
    names = header.tracks.prefix(Self.mostTracks).map(\.name)
    spans = header.tracks.prefix(Self.mostTracks).map { MarkedSpans($0.extra["spans"]) }
    rate = header.rate
    channels = header.channels
    frames = header.frames
    switch kind {
    case .spectrogram:
      let scale = FrequencyScale(rows: PictureLayout.panelHeight, rate: rate)
      let analyzer = try SpectrumAnalyzer(rate: rate, scale: scale)
      let track = TrackSpectrum(
        analyzer, rows: scale.rows, channels: header.channels, most: most)
      content = .spectra(names.map { _ in track }, scale)
    case .waveform:
      content = .waveforms(names.map { _ in TrackWaveform(channels: header.channels, most: most) })
    }
  }

  /// Takes a track's next samples: interleaved, at `offset` frames of its time line.
  package mutating func add(_ samples: Span<Float>, track: String, at offset: Int) {
    guard let index = names.firstIndex(of: track), !samples.isEmpty else { return }
    // Taken out, so that the tracks are changed in place.
    let old = content
    content = .waveforms([])
    switch consume old {
    case .spectra(var tracks, let scale):
      tracks[index].add(samples, at: offset)
      content = .spectra(tracks, scale)
    case .waveforms(var tracks):
      tracks[index].add(samples, at: offset)
      content = .waveforms(tracks)
    }
  }

  /// Takes what the stream's end says of spans: by track, [[start, end], …] in seconds.
  package mutating func add(spans marked: JSONValue?) {
    for (index, name) in names.enumerated() { spans[index].add(marked?[name]) }
  }

  /// The picture of what came, as a PNG file.
  ///
  /// - Throws: `unavailable` where libavcodec cannot.
  package consuming func png() throws(FilterError) -> [UInt8] {
    try drawn().png()
  }

  consuming func drawn() -> Canvas {
    let layout = PictureLayout(panels: names.count, width: width, title: title)
    var canvas = Canvas(width: layout.width, height: layout.height)
    let length: Int
    switch content {
    case .spectra(var tracks, let scale):
      for index in tracks.indices { tracks[index].finish() }
      length = frames ?? tracks.map(\.end).max() ?? 0
      SpectrogramDrawing(tracks, scale: scale, frames: length, width: layout.columns.count)
        .draw(names: names, layout, on: &canvas)
    case .waveforms(let tracks):
      length = frames ?? tracks.map(\.end).max() ?? 0
      WaveformDrawing(tracks, frames: length, channels: channels, width: layout.columns.count)
        .draw(names: names, layout, on: &canvas)
    }
    let seconds = Double(length) / Double(rate)
    for (panel, spans) in spans.enumerated() {
      layout.mark(panel, spans.spans, of: seconds, on: &canvas)
    }
    layout.drawFrame(seconds: seconds, on: &canvas)
    return canvas
  }
}
