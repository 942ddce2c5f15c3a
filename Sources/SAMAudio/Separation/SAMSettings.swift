/// How windows are separated, whatever the prompts.
package struct SAMSettings: Sendable, Hashable {
  /// How the solver steps.
  package var method = ODESolver.Method.midpoint
  /// Steps of one length from noise to latents.
  package var steps = 16
  /// Window w draws what PyTorch draws after `torch.manual_seed(seed + w)`.
  package var seed: UInt64 = 0
  /// How often each sound is made, from other noise each time; the best one comes out.
  package var candidates = 1
  /// Whether all but a prompt's sound comes out beside it.
  package var givesResiduals = false
  /// Whether each prompt is looked for in what the one before it left; what the last one leaves comes out.
  package var chainsResiduals = false
  /// Whether the reference's inaudible watermark is added.
  package var hasWatermark = true

  /// The reference's defaults, with a seed.
  package init() {}
}
