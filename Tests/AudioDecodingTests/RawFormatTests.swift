import APCore
import AudioDecoding
import Testing

@Suite struct RawFormatTests {
  @Test(arguments: ["f32le:48000:2", "s24be:8000:1", "u8:768000:64", "mulaw:1:1", "f64le:44100:6"])
  func formatsAreRead(text: String) throws {
    #expect(try RawFormat(text).text == text)
  }

  @Test(arguments: [
    "", "f32le", "f32le:48000", "f32le:48000:2:1", "f32:48000:2", "F32LE:48000:2", "f32le:0:2",
    "f32le:48000:0", "f32le:48000:65", "f32le:-1:2", "f32le:48k:2", "f32le:48000:2 ", "mp3:48000:2",
    ":48000:2", "f32le::2", "f32le:48000:",
  ])
  func othersAreSaid(text: String) {
    let error = #expect(throws: FilterError.self) { try RawFormat(text) }
    #expect(error?.code == .usage)
    #expect(error?.description.contains("such as s16le:44100:2") == true)
  }
}
