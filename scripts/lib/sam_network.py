"""SAM-Audio and its text encoder in PyTorch, their tensors under the released names; no video."""

import math

import torch
from torch import nn
from torch.nn.functional import relu, scaled_dot_product_attention, silu

from sam_codec import Codec


def linear(inputs, outputs):
    return nn.Linear(inputs, outputs, bias=False)


class T5(nn.Module):
    """`T5EncoderModel` of transformers."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        width, hidden = config["d_model"], config["d_ff"]
        self.heads, inner = config["num_heads"], config["num_heads"] * config["d_kv"]
        self.shared = nn.Embedding(config["vocab_size"], width)

        def norm():
            return nn.RMSNorm(width, config["layer_norm_epsilon"])

        def layer(index):
            attention = nn.ModuleDict({name: linear(width, inner) for name in "qkv"} | {"o": linear(inner, width)})
            if index == 0:
                buckets = config["relative_attention_num_buckets"]
                attention["relative_attention_bias"] = nn.Embedding(buckets, self.heads)
            dense = nn.ModuleDict({"wi": linear(width, hidden), "wo": linear(hidden, width)})
            return nn.ModuleDict({"layer": nn.ModuleList([
                nn.ModuleDict({"SelfAttention": attention, "layer_norm": norm()}),
                nn.ModuleDict({"DenseReluDense": dense, "layer_norm": norm()})])})

        self.encoder = nn.ModuleDict({
            "block": nn.ModuleList(map(layer, range(config["num_layers"]))), "final_layer_norm": norm()})

    def bias(self, count):
        distance = torch.arange(count)[None] - torch.arange(count)[:, None]
        half = self.config["relative_attention_num_buckets"] // 2
        exact = half // 2
        ratio = math.log(self.config["relative_attention_max_distance"] / exact)
        far = torch.log(distance.abs().clamp(min=1).float() / exact) / ratio * (half - exact)
        far = (exact + far.long()).clamp(max=half - 1)
        bucket = (distance > 0) * half + torch.where(distance.abs() < exact, distance.abs(), far)
        table = self.encoder["block"][0]["layer"][0]["SelfAttention"]["relative_attention_bias"]
        return table(bucket).permute(2, 0, 1)[None]

    def forward(self, tokens):
        """[S] to [1, S, D]."""
        x = self.shared(tokens)[None]
        bias = self.bias(len(tokens))
        for block in self.encoder["block"]:
            attention, dense = block["layer"]
            layer, y = attention["SelfAttention"], attention["layer_norm"](x)
            q, k, v = (layer[name](y).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in "qkv")
            y = scaled_dot_product_attention(q, k, v, attn_mask=bias, scale=1)
            x = x + layer["o"](y.transpose(1, 2).flatten(2))
            layer = dense["DenseReluDense"]
            x = x + layer["wo"](relu(layer["wi"](dense["layer_norm"](x))))
        return self.encoder["final_layer_norm"](x)


class SwiGLU(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.w1, self.w3 = linear(inputs, hidden), linear(inputs, hidden)
        self.w2 = linear(hidden, outputs)

    def forward(self, x):
        return self.w2(silu(self.w1(x)) * self.w3(x))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.wq, self.wk, self.wv, self.wo = (linear(width, width) for _ in range(4))
        self.q_norm, self.k_norm = (nn.RMSNorm(width // heads, 1e-5) for _ in range(2))

    def split(self, x):
        return x.unflatten(-1, (-1, self.heads)).permute(0, 3, 1, 2)

    def forward(self, x, context, rotate=lambda x: x):
        q = rotate(self.q_norm(self.split(self.wq(x))))
        k = rotate(self.k_norm(self.split(self.wk(context))))
        x = scaled_dot_product_attention(q, k, self.split(self.wv(context)))
        return self.wo(x.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, width, heads, hidden):
        super().__init__()
        self.scale_shift_table = nn.Parameter(torch.randn(6, width) / width**0.5)
        self.attention, self.cross_attention = Attention(width, heads), Attention(width, heads)
        self.feed_forward = SwiGLU(width, hidden, width)
        self.attention_norm, self.ffn_norm = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)

    def forward(self, x, text, time, rotate):
        shift, scale, gate, ff_shift, ff_scale, ff_gate = self.scale_shift_table + time
        y = self.attention_norm(x) * (1 + scale) + shift
        x = x + gate * self.attention(y, y, rotate)
        x = x + self.cross_attention(x, text)
        return x + ff_gate * self.feed_forward(self.ffn_norm(x) * (1 + ff_scale) + ff_shift)


class Patcher(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.block = nn.ModuleDict({
            name: nn.ModuleDict({
                "groupnorm": nn.GroupNorm(1, width), "project": nn.Conv1d(width, width, 3, padding=1)})
            for name in ("block1", "block2")})

    def forward(self, x):
        return patched(x, self.block)


def patched(x, blocks):
    y = x.transpose(1, 2)
    for block in blocks.values():
        y = block["project"](silu(block["groupnorm"](y)))
    return x + y.transpose(1, 2)


def rotation(width, frames):
    """Turns the channels of a head in pairs."""
    angles = torch.arange(frames)[:, None] * 20000 ** (-torch.arange(0, width, 2) / width)
    cos, sin = angles.cos(), angles.sin()

    def rotate(x):
        a, b = x[..., 0::2], x[..., 1::2]
        return torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)

    return rotate


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, heads, count = config["dim"], config["n_heads"], config["n_layers"]
        frequencies = config["frequency_embedding_dim"]
        hidden = -(-(2 * 4 * width // 3) // 64) * 64
        self.x_embedder = Patcher(width)
        self.t_embedder = nn.ModuleDict({"projection": SwiGLU(frequencies, width, width)})
        self.y_embedder = nn.ModuleDict({"projection": SwiGLU(width, width, width)})
        self.t_block = nn.Linear(width, 6 * width)
        self.layers = nn.ModuleList(Layer(width, heads, hidden) for _ in range(count))
        self.norm = nn.RMSNorm(width, 1e-5)
        self.output = linear(width, config["out_channels"])
        self.final_layer_scale_shift_table = nn.Parameter(torch.randn(2, width) / width**0.5)
        self.head, self.frequencies = width // heads, frequencies

    def forward(self, x, text, time):
        x = self.x_embedder(x)
        embedding = self.t_embedder["projection"](sinusoids(time, self.frequencies))
        modulation = self.t_block(silu(embedding)).unflatten(-1, (6, -1))
        text = self.y_embedder["projection"](text + sinusoids(time, x.shape[-1]))
        rotate = rotation(self.head, x.shape[1])
        for layer in self.layers:
            x = layer(x, text, modulation, rotate)
        shift, scale = self.final_layer_scale_shift_table + embedding
        return self.output(self.norm(x) * (1 + scale) + shift)


def sinusoids(time, width):
    angles = time * torch.exp(-math.log(10000) * torch.arange(width // 2) / (width // 2))
    return torch.cat((angles.cos(), angles.sin()))


class SAMAudio(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config["transformer"]["dim"]
        anchors, video = config["anchor_embedding_dim"], config["vision_encoder"]["dim"]
        self.audio_codec = Codec(config["audio_codec"])
        self.proj = nn.Linear(config["in_channels"], width)
        self.memory_proj = nn.Linear(config["text_encoder"]["dim"], width)
        self.align_masked_video = nn.ModuleDict({
            "conv": nn.Conv1d(video, width, 1), "layer_norm": nn.LayerNorm(width)})
        self.align_masked_video.gate = nn.Parameter(torch.ones(1))
        self.embed_anchors = nn.ModuleDict({
            "embed": nn.Embedding(config["num_anchors"] + 1, anchors), "proj": linear(anchors, width)})
        self.embed_anchors.gate = nn.Parameter(torch.ones(1))
        self.transformer = Transformer(config["transformer"])

    def velocity(self, state, time, mixture, text):
        """[1, T, 2C], a time, [1, C, T] and [1, S, D] to [1, T, 2C]."""
        mean = mixture.transpose(1, 2)
        x = self.proj(torch.cat((state, torch.zeros_like(state), mean, mean), dim=-1))
        video, anchors = self.align_masked_video, self.embed_anchors
        x = x + video.gate.tanh() * video["layer_norm"](video["conv"].bias)
        x = x + anchors.gate.tanh() * anchors["proj"](anchors["embed"].weight[0])
        return self.transformer(x, self.memory_proj(text), time)
