/// The velocity of a state at a time in 0...1, both `[T, stateChannels]`: a frame's target latent and,
/// after it, its residual latent.
package typealias VectorField = (_ state: [Float], _ time: Float) -> [Float]
