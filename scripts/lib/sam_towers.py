"""PE-A-Frame and SAM-Audio's Judge in PyTorch, their tensors under the released names."""

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention, silu

from sam_codec import Codec
from sam_network import Patcher, linear, patched, rotation

# Width, heads, layers and MLP of the towers, and of the text encoder.
SMALL, LARGE, FINETUNE = (768, 6, 12, 2048), (1792, 14, 28, 4800), (192, 3, 6, 512)
TEXT = {"vocab_size": 50368, "hidden_size": 1024, "intermediate_size": 2624, "num_hidden_layers": 22,
        "num_attention_heads": 16}


class Layer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.heads = heads
        self.self_attn = nn.ModuleDict(
            {f"{name}_proj": linear(width, width) for name in "qkvo"}
            | {f"{name}_norm": nn.RMSNorm(width // heads, 1e-5) for name in "qk"})
        self.mlp = nn.ModuleDict({
            "gate_proj": linear(width, hidden), "up_proj": linear(width, hidden), "down_proj": linear(hidden, width)})
        self.input_layernorm, self.post_attention_layernorm = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)

    def forward(self, x, rotate):
        layer, y = self.self_attn, self.input_layernorm(x)
        q, k, v = (layer[f"{name}_proj"](y).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in "qkv")
        y = scaled_dot_product_attention(rotate(layer["q_norm"](q)), rotate(layer["k_norm"](k)), v)
        x = x + layer["o_proj"](y.transpose(1, 2).flatten(2))
        layer, y = self.mlp, self.post_attention_layernorm(x)
        return x + layer["down_proj"](silu(layer["gate_proj"](y)) * layer["up_proj"](y))


class Tower(nn.Module):
    def __init__(self, width, heads, count, hidden):
        super().__init__()
        self.head = width // heads
        self.embeddings = nn.Module()
        self.embeddings.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.embeddings.resnet_block = Patcher(width).block
        self.layers = nn.ModuleList(Layer(width, heads, hidden) for _ in range(count))
        self.norm, self.output = nn.RMSNorm(width, 1e-5), linear(width, width)

    def forward(self, x):
        """[1, T, C] to [1, T, C]."""
        x = patched(torch.cat((self.embeddings.cls_token, x), dim=1), self.embeddings.resnet_block)
        rotate = rotation(self.head, x.shape[1])
        for layer in self.layers:
            x = layer(x, rotate)
        return self.output(self.norm(x))[:, 1:]


class TextLayer(nn.Module):
    def __init__(self, index, width, hidden):
        super().__init__()
        if index:
            self.attn_norm = nn.LayerNorm(width, bias=False)
        self.mlp_norm = nn.LayerNorm(width, bias=False)
        self.attn = nn.ModuleDict({"Wqkv": linear(width, 3 * width), "Wo": linear(width, width)})
        self.mlp = nn.ModuleDict({"Wi": linear(width, 2 * hidden), "Wo": linear(hidden, width)})


class ModernBERT(nn.Module):
    """Its tensors: no text is measured."""

    def __init__(self):
        super().__init__()
        width = TEXT["hidden_size"]
        self.embeddings = nn.ModuleDict({
            "tok_embeddings": nn.Embedding(TEXT["vocab_size"], width), "norm": nn.LayerNorm(width, bias=False)})
        self.layers = nn.ModuleList(
            TextLayer(index, width, TEXT["intermediate_size"]) for index in range(TEXT["num_hidden_layers"]))
        self.final_norm = nn.LayerNorm(width, bias=False)


class Head(nn.Module):
    def __init__(self, width, outputs=1024):
        super().__init__()
        self.layer_norm, self.proj = nn.LayerNorm(width, 1e-6), linear(width, outputs)

    def forward(self, x):
        return self.proj(self.layer_norm(x))


class FrameModel(nn.Module):
    """PE-A-Frame without its codec."""

    def __init__(self, sizes):
        super().__init__()
        self.audio_model = nn.ModuleDict({
            "audio_transformer": Tower(*sizes), "data_proj": nn.Linear(128, sizes[0])})
        self.text_model = ModernBERT()
        self.audio_head, self.text_head = Head(sizes[0]), Head(TEXT["hidden_size"])
        self.logit_scale, self.logit_bias = nn.Parameter(torch.ones(1)), nn.Parameter(torch.zeros(1))

    def forward(self, latent, text):
        """[1, C, T] and [1, 1024] to [1, T]."""
        frames = self.audio_model["audio_transformer"](self.audio_model["data_proj"](latent.transpose(1, 2)))
        return (self.audio_head(frames) @ text[0] * self.logit_scale + self.logit_bias).sigmoid()


class Judge(nn.Module):
    def __init__(self, codec, inner=256):
        super().__init__()
        width, small = LARGE[0], FINETUNE[0]
        self.audio_codec = Codec(codec)
        self.transformer, self.finetune_transformer = Tower(*LARGE), Tower(*FINETUNE)
        self.data_proj, self.cat_audio_proj = nn.Linear(128, width), nn.Linear(2 * width, inner)
        self.text_model, self.layer_norm = ModernBERT(), nn.LayerNorm(inner)
        self.text_proj1, self.text_proj2 = linear(TEXT["hidden_size"], width), nn.Linear(width, inner)
        self.proj_audio_and_text = nn.Linear(2 * inner, inner)
        self.finetune_data_proj, self.head = nn.Linear(inner, small), linear(small, 4)
        self.mean, self.std = nn.Parameter(torch.zeros(4)), nn.Parameter(torch.ones(4))

    def frames(self, sound):
        """[1, 1, N] to [1, T, D]."""
        return self.transformer(self.data_proj(self.audio_codec.encode(sound).transpose(1, 2)))

    def forward(self, candidate, mixture, text):
        """[1, T, D] twice and [1, inner] to [1, 4]."""
        x = self.cat_audio_proj(torch.cat((candidate, mixture), dim=-1))
        x = self.proj_audio_and_text(torch.cat((x, text[:, None].expand_as(x)), dim=-1))
        x = self.head(self.finetune_transformer(self.finetune_data_proj(x)))
        return x.mean(1) * self.std + self.mean
