/// A prompt as the text encoder gives it to the network: `[tokens, width]`, row by row.
package struct TextFeatures: Sendable, Equatable {
  package let tokens: Int
  let width: Int
  let values: [Float]

  package init(tokens: Int, width: Int, values: [Float]) {
    precondition(values.count == tokens * width, "values must have tokens × width elements")
    self.tokens = tokens
    self.width = width
    self.values = values
  }
}
