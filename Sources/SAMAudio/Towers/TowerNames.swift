/// What a tower's tensors are called, in each of the releases, and how the diffusion transformer calls them: it has the
/// same layers.
enum TowerNames {
  private static let parts = [
    ("embeddings.cls_token", "cls_token"), ("patch_embedder.class_embedding", "cls_token"),
    ("embeddings.resnet_block.", "x_embedder.block."),
    ("patch_embedder.resnet_block.", "x_embedder.block."),
    (".self_attn.q_proj.", ".attention.wq."), (".self_attn.k_proj.", ".attention.wk."),
    (".self_attn.v_proj.", ".attention.wv."), (".self_attn.o_proj.", ".attention.wo."),
    (".self_attn.", ".attention."), (".mlp.gate_proj.", ".feed_forward.w1."),
    (".mlp.down_proj.", ".feed_forward.w2."), (".mlp.up_proj.", ".feed_forward.w3."),
    (".input_layernorm.", ".attention_norm."), (".post_attention_layernorm.", ".ffn_norm."),
  ]

  /// The name of a tensor of the tower.
  static func place(_ name: Substring) -> String {
    for (published, own) in parts where name.contains(published) {
      return name.replacing(published, with: own, maxReplacements: 1).description
    }
    return String(name)
  }
}
