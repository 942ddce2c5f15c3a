import APCore
import TestSupport

@testable import APCommand
@testable import Demucs
@testable import Roformer
@testable import SAMAudio
@testable import Workflows

extension FuzzTarget {
  /// YAML as its four readers see it, and the tokenizers' three kinds of file.
  static let textTargets = [
    FuzzTarget("settings", maximumBytes: 2048) { bytes in
      _ = try SettingsFile.parse(String(decoding: bytes, as: UTF8.self), path: "config.yaml")
    },
    FuzzTarget("recipe", maximumBytes: 1024) { bytes in
      _ = try BagRecipe(text: String(decoding: bytes, as: UTF8.self), path: "bag.yaml")
    },
    FuzzTarget("roformer-config", maximumBytes: 4096) { bytes in
      let path = try scratchFile(bytes)
      var refusals: [any Error] = []
      let kinds: [[String: TensorValues]] = [[:], ["final_norm.gamma": TensorValues([1])]]
      for tensors in kinds {
        do {
          let config = try RoformerConfig(yaml: path, weights: weights(tensors))
          try BrokenPromise.unless(
            config.spectra > 0 && Set(config.bands.joined()).count == config.bins, "no spectra")
        } catch {
          refusals.append(error)
        }
      }
      // It is one of the two networks at most; what both refuse is refused.
      if let first = refusals.first(where: { $0 is BrokenPromise }) ?? refusals.last { throw first }
    },
    FuzzTarget("workflow", maximumBytes: 4096) { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).count
      do {
        _ = try WorkflowFile(path: "workflow.yaml", text: text).parse()
      } catch let error as InvalidWorkflow {
        for problem in error.problems {
          let (line, column) = (problem.position.line, problem.position.column)
          try BrokenPromise.unless(
            (1...lines + 1).contains(line) && column >= 1, "\(problem) of \(lines) lines")
        }
      }
    },
    FuzzTarget("vocabulary", maximumBytes: 4096) { bytes in
      let tokenizer = try Tokenizer(Vocabulary(bytes, path: "tokenizer"), path: "tokenizer")
      for text in ["dog barking", "\u{1F3B8} guitare électrique", ""] {
        let tokens = tokenizer.tokens(of: text, limit: 64)
        try BrokenPromise.unless((1...64).contains(tokens.count), "\(tokens)")
      }
    },
    FuzzTarget("byte-pairs", maximumBytes: 4096) { bytes in
      let tokenizer = try BytePairTokenizer(
        bytes, TokenizerFile(path: "tokenizer", advice: "Use another."))
      for text in ["dog barking", "\u{1F3B8} guitare  e\u{301}lectrique", ""] {
        let tokens = tokenizer.tokens(of: text, limit: 64)
        try BrokenPromise.unless(tokens.allSatisfy { $0 < tokenizer.count }, "\(tokens)")
      }
    },
    FuzzTarget("sam-config", maximumBytes: 4096) { bytes in
      let path = try scratchFile(bytes)
      let config = try SAMAudioConfig(path: path)
      try BrokenPromise.unless(config.audioCodec.latentFrames(1 << 20) > 0, "no frames")
    },
    // The same bytes for each model that helps SAM-Audio: what one refuses another may read.
    FuzzTarget("helper-config", maximumBytes: 4096) { bytes in
      let path = try scratchFile(bytes)
      let readers: [() throws -> Void] = [
        { _ = try RobertaConfig(path: path) },
        { _ = try JudgeConfig(path: path, latentDim: 32) },
        { _ = try FrameModelConfig(path: path, isMain: false) },
        { _ = try FrameModelConfig(path: path, isMain: true) },
      ]
      var refusals: [any Error] = []
      for read in readers {
        do { try read() } catch { refusals.append(error) }
      }
      if let first = refusals.first(where: { !($0 is FilterError) }) ?? refusals.last {
        throw first
      }
    },
  ]
}
