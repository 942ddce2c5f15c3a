internal import APCore

extension Vocabulary {
  /// Reads `spiece.model` (sentencepiece, sentencepiece_model.proto, `ModelProto`).
  init(protobuf bytes: [UInt8], path: String) throws(FilterError) {
    self = try bytes.span.bytes.withUnsafeBytes { bytes throws(FilterError) in
      var pieces: [Piece] = []
      var characters: CharacterMap?
      var message = ProtobufReader(bytes, path: path, part: "its list of pieces")
      while let (field, value) = try message.next() {
        switch (field, value) {
        case (1, .bytes(let piece)): pieces.append(try Self.piece(piece, path: path))
        case (2, .bytes(let trainer)): try Self.checkTrainer(trainer, path: path)
        case (3, .bytes(let normalizer)):
          characters = try Self.characters(normalizer, path: path)
        case (1...3, _): throw message.damaged("field \(field) is not a message")
        default: break
        }
      }
      return try Vocabulary(pieces: pieces, characters: characters, path: path)
    }
  }

  /// `SentencePiece`: 1 the text, 2 the score, 3 the type.
  private static func piece(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(FilterError) -> Piece {
    var message = ProtobufReader(bytes, path: path, part: "a piece")
    var text: [UInt8] = []
    var score: Float = 0
    var type: UInt64 = 1
    while let (field, value) = try message.next() {
      switch field {
      case 1:
        guard let bytes = value.bytes, String(validating: bytes, as: UTF8.self) != nil else {
          throw message.damaged("the text is not valid UTF-8")
        }
        text = Array(bytes)
      case 2:
        guard let value = value.float else { throw message.damaged("the score is not a float") }
        score = value
      case 3:
        guard let value = value.number, (1...6).contains(value) else {
          throw message.damaged("the type is not one of 1 to 6")
        }
        type = value
      default: break
      }
    }
    // 2 unknown, 3 control, 5 unused. T5 has none of 4, user-defined, and 6, bytes.
    guard type != 4, type != 6 else {
      throw unsupported(path, "it has pieces of type \(type), which T5's does not have")
    }
    guard type != 1 || !text.isEmpty else { throw message.damaged("the text is empty") }
    return Piece(text: text, score: Double(score), isNormal: type == 1)
  }

  /// `TrainerSpec`: 3 the model's type, 24 and 35 what T5 does not use.
  private static func checkTrainer(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(FilterError) {
    var message = ProtobufReader(bytes, path: path, part: "its trainer's settings")
    while let (field, value) = try message.next() {
      if field == 3, value.number != 1 { throw unsupported(path, "it is not a unigram model") }
      if field == 24 || field == 35, value.number != 0 {
        throw unsupported(path, "it has spaces after words, or bytes as pieces")
      }
    }
  }

  /// `NormalizerSpec`: 2 the map, 3 a space before the text, 4 spaces merged, 5 `▁` for a space.
  private static func characters(
    _ bytes: UnsafeRawBufferPointer, path: String
  ) throws(FilterError) -> CharacterMap? {
    var message = ProtobufReader(bytes, path: path, part: "its normalizer's settings")
    var map: CharacterMap?
    while let (field, value) = try message.next() {
      switch field {
      case 2:
        guard let bytes = value.bytes else { throw message.damaged("the map is not bytes") }
        guard !bytes.isEmpty else { continue }
        map = CharacterMap(Array(bytes))
        guard map != nil else { throw message.damaged("the map's length is wrong") }
      case 3...5:
        guard value.number == 1 else {
          throw unsupported(path, "it does not begin each word with a space, as T5's does")
        }
      default: break
      }
    }
    return map
  }
}
