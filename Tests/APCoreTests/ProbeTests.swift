import APCore
import Testing

@Suite struct ProbeTests {
  @Test func lapsAddUpByNameInTheirOrder() {
    let probe = Probe()
    probe.start()
    for stage in ["encode", "decode", "encode"] { probe.lap(stage) }
    #expect(probe.times.map(\.stage) == ["encode", "decode"])
    #expect(probe.times.allSatisfy { $0.seconds >= 0 })
  }

  /// Values are often large: nobody makes them for a probe that only takes time.
  @Test func valuesAreMadeForAViewerOnly() {
    Probe().show("stage", [1]) {
      Issue.record("nobody looks")
      return [1]
    }
    var seen: [String: ([Int], [Float])] = [:]
    let probe = Probe { seen[$0] = ($1, $2) }
    probe.show("stage", [2, 1]) { [3, 4] }
    #expect(!Probe().isViewing)
    #expect(probe.isViewing)
    #expect(seen["stage"]?.0 == [2, 1])
    #expect(seen["stage"]?.1 == [3, 4])
  }
}
