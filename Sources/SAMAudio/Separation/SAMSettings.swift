/// How windows are separated, whatever the prompts.
public struct SAMSettings: Sendable, Hashable {
  /// How the solver steps.
  public var method = ODESolver.Method.midpoint
  /// Steps of one length from noise to latents.
  public var steps = 16
  /// Window w draws what PyTorch draws after `torch.manual_seed(seed + w)`.
  public var seed: UInt64 = 0
  /// What is known of when the sounds are heard, later ones before earlier ones.
  public var spans: [AnchorSpan] = []
  /// Whether all but a prompt's sound comes out beside it.
  public var givesResiduals = false
  /// Whether each prompt is looked for in what the one before it left; what the last one leaves comes out.
  public var chainsResiduals = false
  /// Whether the reference's inaudible watermark is added.
  public var hasWatermark = true

  /// The reference's defaults, with a seed.
  public init() {}
}
