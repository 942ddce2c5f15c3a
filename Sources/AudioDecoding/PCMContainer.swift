internal import CLibAV

/// Integer samples of WAV and Wave64 files in containers that are longer than the samples: 20 or 24
/// bits in 32, as WAVE_FORMAT_EXTENSIBLE allows. They are in the high bits, so that they are read as
/// what the container holds; libavformat takes the valid bits for its length, or 24 in 32 for Cool
/// Edit's float samples, which are of the plain format.
enum PCMContainer {
  private static let codecs: [Int: AVCodecID] = [
    8: AV_CODEC_ID_PCM_U8, 16: AV_CODEC_ID_PCM_S16LE, 24: AV_CODEC_ID_PCM_S24LE,
    32: AV_CODEC_ID_PCM_S32LE, 64: AV_CODEC_ID_PCM_S64LE,
  ]
  private static let mistaken = [AV_CODEC_ID_PCM_F16LE, AV_CODEC_ID_PCM_F24LE]

  /// Gives a stream the codec that its blocks are long enough for.
  ///
  /// - Parameter head: the first bytes of the stream's file.
  static func correct(_ stream: UnsafeMutablePointer<AVStream>, head: [UInt8]) {
    guard let parameters = stream.pointee.codecpar else { return }
    let id = parameters.pointee.codec_id
    let isInteger =
      codecs.values.contains { $0 == id } || mistaken.contains { $0 == id } && isExtensible(head)
    let channels = Int(parameters.pointee.ch_layout.nb_channels)
    let bits = Int(parameters.pointee.block_align) * 8
    guard isInteger, channels > 0, bits % channels == 0, let codec = codecs[bits / channels] else {
      return
    }
    parameters.pointee.codec_id = codec
  }

  private static func isExtensible(_ head: [UInt8]) -> Bool {
    let name = Array("fmt ".utf8)
    let place = head.indices.first { head[$0...].starts(with: name) }
    // Names and sizes take 8 bytes, in Wave64 24.
    let header = head.starts(with: "riff".utf8) ? 24 : 8
    return place.map { head.dropFirst($0 + header).starts(with: [0xfe, 0xff]) } ?? false
  }
}
