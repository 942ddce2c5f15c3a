import APCore
import Pictures

/// The work of `ap-view`.
struct Viewing {
  let kind: StreamPicture.Kind
  /// Where the picture goes: a file, or a pipe.
  let file: String
  /// In pixels; nil for the usual width.
  let width: Int?
  /// What is written above all; nil for the name of the stream's source.
  let title: String?
  /// Whether a file that exists there is replaced.
  let overwrites: Bool

  /// The extensions of pictures that are no PNG.
  private static let otherPictures: Set<String> = [
    "avif", "bmp", "gif", "heic", "jpeg", "jpg", "jxl", "pdf", "svg", "tif", "tiff", "webp",
  ]

  func run(in context: FilterContext) throws {
    let writer = try context.openOutput()
    let reader = try context.openInput(keepsBytes: true)
    // Before the sound, so that a place that cannot be written is known at once.
    let output = try PartialFile(for: file, overwriting: overwrites, takesPipe: true)
    let header = try reader.readHeader()
    try writer.pass(reader.takeBytes(), isLast: false)
    if let end = file.unicodeScalars.split(separator: ".").dropFirst().last,
      Self.otherPictures.contains(String(end).lowercased())
    {
      context.log.warning("\(file) will hold png: its name says otherwise.")
    }
    if header.tracks.count > StreamPicture.mostTracks {
      context.log.warning("Only the first \(StreamPicture.mostTracks) tracks are drawn.")
    }

    var picture = try StreamPicture(kind, of: header, width: width, title: title)
    func draw(_ track: String, _ start: Int, _ samples: Span<Float>) {
      picture.add(samples, track: track, at: start)
    }
    var tracks = ContiguousTracks(header)
    while let record = try reader.next() {
      try writer.pass(reader.takeBytes(), isLast: false)
      guard case .audio(let audio) = record else { continue }
      try tracks.add(audio, draw)
      let end = audio.offset + audio.samples.count / header.channels
      context.progress.update(done: end, total: header.frames, rate: header.rate)
    }
    try tracks.finish(draw)
    picture.add(spans: reader.end?.extra["spans"])
    try output.write(picture.png())
    try output.commit()
    // The stream ends when the picture is there: a failure reaches the filters after this one.
    try writer.pass(reader.takeBytes(), isLast: true)
  }
}
