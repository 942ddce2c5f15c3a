import APCore
import AudioDecoding
import Glibc
import TestSupport
import Testing

/// A file that names other files or addresses makes nobody open them.
@Suite struct PlaylistTests {
  let files: SoundFiles

  init() throws {
    files = try SoundFiles()
  }

  /// Kinds of playlists; CANARY and URL are what they name.
  static let kinds: [(String, String)] = [
    ("HLS", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nCANARY\nURL\n#EXT-X-ENDLIST\n"),
    ("HLS variants", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nURL\n"),
    (
      "HLS key", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"URL\"\nCANARY\n"
    ),
    ("M3U", "\u{feff}#EXTM3U\n#EXTINF:2,Song\nCANARY\nURL\n"),
    ("PLS", "[playlist]\nFile1=CANARY\nFile2=URL\nNumberOfEntries=2\n"),
    ("ffconcat", "ffconcat version 1.0\nfile 'CANARY'\nfile 'URL'\n"),
    (
      "DASH",
      """
      <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
       mediaPresentationDuration="PT2S" profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period>
      <AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>URL</BaseURL>
      <SegmentList duration="2"><SegmentURL media="CANARY"/></SegmentList></Representation>
      </AdaptationSet></Period></MPD>
      """
    ),
    (
      "SDP",
      "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio PORT RTP/AVP 0\n"
    ),
    ("RTSP", "RTSPtext\nrtsp://127.0.0.1:PORT/a\n"),
    ("RTSP address", "rtsp://127.0.0.1:PORT/a\n"),
    ("SMIL", "<smil><body><audio src=\"CANARY\"/></body></smil>"),
    ("ASX", "<ASX version=\"3.0\"><entry><ref href=\"URL\"/></entry></ASX>"),
    ("QuickTime reference", "[Reference]\nRef1=URL\n"),
    ("IMF", "<?xml version=\"1.0\"?>\n<CompositionPlaylist><Id>CANARY</Id></CompositionPlaylist>"),
  ]

  @Test(arguments: kinds, ["song.mp3", "song.m3u8"])
  func aPlaylistOpensNothing(kind: (name: String, text: String), name: String) throws {
    let watch = try Watch(files)
    let path = try files.folder.write(Array(watch.fill(kind.text).utf8), to: name)
    #expect {
      try AlignmentTests.decode(path)
    } throws: {
      ($0 as? FilterError)?.code == .badInput && "\($0)".contains("is a playlist")
    }
    let outcome = try Command("ap-decode", "-").run(.bytes(Files.read(path)))
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("standard input is a playlist"), "\(outcome.errors)")
    #expect(try watch.meetings() == [])
  }

  /// Formats that libavformat reads, and which hold no sound.
  @Test(arguments: [
    ("words.srt", "1\n00:00:00,000 --> 00:00:01,000\nHello\n\n"),
    ("song.mp3", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"),
    ("song.wav", "# VobSub index file, v7 (do not modify this line!)\nid: en, index: 0\n"),
    ("picture%03d.jpg", "\u{1}"),
  ])
  func whatHoldsNoSoundIsRefused(name: String, text: String) throws {
    let path = try files.folder.write(Array(text.utf8), to: name)
    #expect {
      try AlignmentTests.decode(path)
    } throws: {
      ($0 as? FilterError)?.code == .badInput
    }
  }

  /// A movie whose sound lies in another file, as editors write them.
  @Test func aReferenceMovieOpensNothing() throws {
    let watch = try Watch(files)
    let samples = SoundFiles.sweep(frames: 4_000, channels: 1)
    let movie = try files.encode(samples, channels: 1, ["-c:a", "pcm_s16le"], to: "movie.mov")
    let reference = try files.change(movie, "reference.mov") { bytes in
      let path = ["moov", "trak", "mdia", "minf", "dinf", "dref"]
      bytes = Boxes.edit(bytes, path) { _ in
        [0, 0, 0, 0, 0, 0, 0, 1] + Self.alias(to: watch.canary)
      }
    }
    #expect {
      try AlignmentTests.decode(reference)
    } throws: {
      ($0 as? FilterError)?.code == .badInput && "\($0)".contains("names another file")
    }
    #expect(try watch.meetings() == [])
  }

  /// An alias record of QuickTime's `dref` box with an absolute path.
  private static func alias(to path: String) -> [UInt8] {
    func text(_ string: String, _ length: Int) -> [UInt8] {
      let bytes = Array(string.utf8.suffix(length))
      return [UInt8(bytes.count)] + bytes + [UInt8](repeating: 0, count: length - bytes.count)
    }
    let name = [UInt8](path.utf8)
    var record = [UInt8](repeating: 0, count: 10) + text("Disk", 27)
    record += [UInt8](repeating: 0, count: 12) + text("sound.wav", 63)
    record += [UInt8](repeating: 0, count: 16) + [0, 1, 0, 1] + [UInt8](repeating: 0, count: 16)
    record += [0, 2, 0, UInt8(name.count)] + name + (name.count % 2 == 1 ? [0] : [])
    record += [0xff, 0xff, 0, 0]
    return Boxes.box("alis", [0, 0, 0, 0] + record)
  }
}

/// A file and a port that nobody may touch.
private final class Watch {
  let canary: String
  private let port: UInt16
  private let listener: Int32
  private let notices: Int32

  init(_ files: SoundFiles) throws {
    canary = try files.encode(
      SoundFiles.sweep(frames: 4_000, channels: 1), channels: 1, to: "sound.wav")
    notices = try check(inotify_init1(Int32(IN_NONBLOCK)), "inotify_init1")
    _ = try check(inotify_add_watch(notices, canary, UInt32(IN_OPEN)), "inotify_add_watch")
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    let listener = try check(socket(AF_INET, type, 0), "socket")
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = try check(bind(listener, generic, size), "bind")
        _ = try check(listen(listener, 8), "listen")
        _ = try check(getsockname(listener, generic, &size), "getsockname")
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
  }

  deinit {
    close(listener)
    close(notices)
  }

  /// A playlist's text with what it names put in.
  func fill(_ text: String) -> String {
    func replace(_ word: String, by value: String, in text: String) -> String {
      text.split(separator: word, omittingEmptySubsequences: false).joined(separator: value)
    }
    let url = replace("URL", by: "http://127.0.0.1:\(port)/sound.wav", in: text)
    return replace("PORT", by: "\(port)", in: replace("CANARY", by: "sound.wav", in: url))
  }

  /// What was touched.
  func meetings() throws -> [String] {
    var found: [String] = []
    if accept(listener, nil, nil) >= 0 { found.append("the port") }
    var events = [UInt8](repeating: 0, count: 4096)
    if read(notices, &events, events.count) > 0 { found.append("the file") }
    return found
  }
}
