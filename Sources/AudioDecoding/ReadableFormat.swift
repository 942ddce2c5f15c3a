internal import APCore
internal import CLibAV
internal import Resampling
internal import SystemPackage

/// The kinds of files that are read: those that hold their sound themselves.
///
/// libavformat also knows playlists, manifests and session descriptions, which make it open the files
/// and addresses that they name, whatever their own name is. What is not listed here is refused
/// before it has a chance to.
enum ReadableFormat {
  /// libavformat's names of the formats.
  private static let allowed = Set(
    """
    aac aax aa ac3 act adp aea aiff amr amrnb amrwb ape apm aptx aptx_hd asf asf_o au avi avr bit caf
    codec2 codec2raw daud dfpwm dhav dsf dss dts dtshd dv eac3 epaf flac flv g722 g723_1 g726 g726le
    g729 gsm gxf iff ilbc ircam lmlm4 loas lvf lxf matroska mlp mmf mods moflex mov mp3 mpc mpc8 mpeg
    mpegts mpegtsraw msnwctcp mxf mxg nistsphere nsv nut ogg oma paf pvf qcp rm s337m sbc sdr2 sds sdx
    shn sln smjpeg sol sox spdif swf tak truehd tta ty vivo voc vqf w64 wav webm wsd wtv wv wve xa
    alaw mulaw vidc f32be f32le f64be f64le s8 s16be s16le s24be s24le s32be s32le u8 u16be u16le
    u24be u24le u32be u32le
    3dostr 4xm ace acm adf ads adx afc aix alp anm apc argo_asf argo_brp argo_cvg ast avs bethsoftvid
    bfi bfstm bink binka boa brstm c93 cdxl cine derf dsicin dxa ea ea_cdata film_cpk fsb fwse gdv
    genh hca hcom hnm idcin idf ifv ipmovie ipu ismv iss jv kux kvag live_flv luodat mca mgsts mm
    msf mtaf mtv mv mvi musx nc nsp paf pmp pp_bnk psxstr r3d redspark rl2 roq rpl rsd rso sga siff
    simbiosis_imx smk smush svag svs thp tiertexseq tmv txd vag vmd vpk wc3movie wsaud wsvqa xmv xvag
    xwma yop libgme libopenmpt
    """.split(whereSeparator: \.isWhitespace))

  /// The same for libavformat, which asks for it wherever it opens one format inside another.
  static let allowList = allowed.sorted().joined(separator: ",")

  /// Finds out the kind of a file by its first bytes and its name.
  ///
  /// - Throws: `badInput` where it is none of those that are read; `io`.
  static func find(
    _ input: LibAVInput, of file: InputFile
  ) throws(FilterError) -> UnsafePointer<AVInputFormat> {
    if let raw = file.raw {
      guard let format = av_find_input_format(raw.encoding) else {
        throw unreadable(file, -Errno.notSupported.rawValue)
      }
      return format
    }
    var format: UnsafePointer<AVInputFormat>?
    let status = av_probe_input_buffer2(input.context, &format, file.name ?? "", nil, 0, 0)
    if let error = input.error { throw error }
    guard input.size > 0 else {
      throw FilterError(.badInput, "\(file.description) is empty.")
    }
    if isPlaylist(input.head) { throw playlist(file) }
    guard status >= 0, let format else { throw unreadable(file, status) }
    let names = String(cString: format.pointee.name).split(separator: ",")
    if !playlists.isDisjoint(with: names) { throw playlist(file) }
    guard !allowed.isDisjoint(with: names) else {
      throw FilterError(
        .badInput, "\(file.description) is of a kind that holds no sound (\(names[0])).")
    }
    return format
  }

  /// The error for what libavformat cannot make sense of.
  static func unreadable(_ file: InputFile, _ status: Int32) -> FilterError {
    let saysNothing = [
      -Errno.invalidArgument.rawValue, ap_averror_invalid_data(), ap_averror_eof(),
    ].contains(status)
    let reason = saysNothing ? "" : " (\(LibAV.words(for: status)))"
    return FilterError(
      .badInput, "\(file.description) is not a sound or video file that can be read\(reason).")
  }

  private static func playlist(_ file: InputFile) -> FilterError {
    FilterError(
      .badInput, "\(file.description) is a playlist: it names other files and holds no sound.",
      advice: "Give the files that it names.")
  }

  private static let playlists: Set<Substring> = [
    "concat", "dash", "hls", "imf", "rtp", "rtsp", "sap", "sdp", "webm_dash_manifest",
  ]

  /// Whether a text begins as playlists do that libavformat does not know, or not in each version.
  private static func isPlaylist(_ head: [UInt8]) -> Bool {
    let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = head.starts(with: byteOrderMark) ? head.dropFirst(3) : head[...]
    let first = String(decoding: text.drop { $0 <= 0x20 }.prefix(1024), as: UTF8.self).lowercased()
    return [
      "#extm3u", "[playlist]", "ffconcat version", "v=0", "rtsp://", "rtsptext", "[reference]",
      "<asx", "<smil",
    ]
    .contains { first.hasPrefix($0) }
      || first.hasPrefix("<?xml")
        && ["<mpd", "<smil", "<playlist", "<compositionplaylist"].contains { first.contains($0) }
  }
}
