internal import APCore
internal import CLibAV

extension Canvas {
  /// The picture as a PNG file: libavcodec's encoder, 8 bits a pixel with a palette.
  ///
  /// - Throws: `unavailable` where this libavcodec cannot.
  func png() throws(FilterError) -> [UInt8] {
    var context = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_PNG))
    var frame = av_frame_alloc()
    var packet = av_packet_alloc()
    defer {
      avcodec_free_context(&context)
      av_frame_free(&frame)
      av_packet_free(&packet)
    }
    guard let context, let frame, let packet, fill(context), fill(frame),
      avcodec_open2(context, nil, nil) == 0, avcodec_send_frame(context, frame) == 0,
      avcodec_receive_packet(context, packet) == 0, let data = packet.pointee.data
    else {
      throw FilterError(
        .unavailable, "libavcodec cannot make a PNG file of \(width) × \(height) pixels.",
        advice: "It may have been built without its PNG encoder.")
    }
    return Array(UnsafeBufferPointer(start: data, count: Int(packet.pointee.size)))
  }

  private func fill(_ context: UnsafeMutablePointer<AVCodecContext>) -> Bool {
    guard let width = Int32(exactly: width), let height = Int32(exactly: height) else {
      return false
    }
    context.pointee.width = width
    context.pointee.height = height
    context.pointee.pix_fmt = AV_PIX_FMT_PAL8
    context.pointee.time_base = AVRational(num: 1, den: 1)
    context.pointee.compression_level = 9
    // One picture: threads would only be started.
    context.pointee.thread_count = 1
    return true
  }

  private func fill(_ frame: UnsafeMutablePointer<AVFrame>) -> Bool {
    frame.pointee.width = Int32(width)
    frame.pointee.height = Int32(height)
    frame.pointee.format = AV_PIX_FMT_PAL8.rawValue
    guard av_frame_get_buffer(frame, 0) == 0, let rows = frame.pointee.data.0,
      let palette = frame.pointee.data.1
    else { return false }
    let stride = Int(frame.pointee.linesize.0)
    for y in 0..<height {
      for x in 0..<width { rows[y * stride + x] = self[x, y] }
    }
    palette.withMemoryRebound(to: UInt32.self, capacity: Palette.colors.count) { colors in
      for (index, color) in Palette.colors.enumerated() { colors[index] = color }
    }
    return true
  }
}
