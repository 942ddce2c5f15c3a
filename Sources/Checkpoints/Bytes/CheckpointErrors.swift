package import APCore

extension FilterError.Code {
  /// A checkpoint that breaks a rule of its format.
  package static let damagedCheckpoint = Self("damaged-checkpoint", .data)
  /// A checkpoint of a kind that is not read here.
  package static let unsupportedCheckpoint = Self("unsupported-checkpoint", .data)
  /// A tensor that the model needs is not in the checkpoint.
  package static let missingTensor = Self("missing-tensor", .data)
  /// A tensor has another shape or element type than the model needs.
  package static let misshapedTensor = Self("misshaped-tensor", .data)
  /// A tensor has elements that are infinite or not numbers, and would make all sound so.
  package static let notFiniteTensor = Self("not-finite-tensor", .data)
  /// The checkpoint has tensors that the model has no place for.
  package static let unusedTensors = Self("unused-tensors", .data)
}

extension FilterError {
  static func damagedCheckpoint(_ path: String, _ problem: String) -> FilterError {
    FilterError(
      .damagedCheckpoint, "\(path) is damaged: \(problem).", advice: "Get the file again.")
  }

  static func unsupportedCheckpoint(
    _ path: String, _ problem: String, advice: String = ""
  ) -> FilterError {
    FilterError(.unsupportedCheckpoint, "\(path) cannot be used: \(problem).", advice: advice)
  }
}
