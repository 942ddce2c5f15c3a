import APCore
import ArgumentParser

@main
struct APSegment: FilterCommand {
  static let configuration = CommandConfiguration(
    commandName: "ap-segment", abstract: "Cut a stream into overlapping windows.",
    version: Suite.version)

  @OptionGroup var common: CommonOptions

  var historyOptions: [String: JSONValue] { [:] }

  func run(in context: FilterContext) throws {
    let reader = try context.openInput()
    let writer = try context.openOutput()
    var header = try reader.readHeader()
    header.history.append(context.historyEntry)
    try writer.write(header)
    while let record = try reader.next() { try writer.write(record) }
    try writer.finish(extra: reader.end?.extra ?? [:])
  }
}
