"""CLAP's audio branch in PyTorch, its tensors under the released names; and those of its text branch."""

import torch
from torch import nn
from torch.nn.functional import gelu, interpolate, normalize, pad, scaled_dot_product_attention

SIDE = 8


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.relative_position_bias_table = nn.Parameter(torch.randn((2 * SIDE - 1) ** 2, heads) / 50)
        row, column = torch.arange(SIDE * SIDE) // SIDE, torch.arange(SIDE * SIDE) % SIDE
        rows, columns = (x[:, None] - x[None] + SIDE - 1 for x in (row, column))
        self.register_buffer("relative_position_index", rows * (2 * SIDE - 1) + columns)

    def forward(self, x, mask):
        """[windows, 64, C]."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        bias = self.relative_position_bias_table[self.relative_position_index].permute(2, 0, 1)[None]
        y = scaled_dot_product_attention(q, k, v, attn_mask=bias if mask is None else bias + mask[:, None])
        return self.proj(y.transpose(1, 2).flatten(2))


class Block(nn.Module):
    def __init__(self, width, heads, grid, shift):
        super().__init__()
        self.grid, self.shift = grid, shift
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attn = Attention(width, heads)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})
        self.mask = None
        if shift:
            edge = torch.zeros(grid)
            edge[-SIDE:], edge[-shift:] = 1, 2
            zones = self.windows((3 * edge[:, None] + edge)[None, :, :, None]).squeeze(-1)
            self.mask = (zones[:, None] != zones[:, :, None]) * -100.0

    def windows(self, x):
        count = self.grid // SIDE
        return x.view(count, SIDE, count, SIDE, -1).transpose(1, 2).reshape(count * count, SIDE * SIDE, -1)

    def forward(self, x):
        """[1, grid², C]."""
        count, grid = self.grid // SIDE, (1, self.grid, self.grid, -1)
        y = torch.roll(self.norm1(x).view(grid), (-self.shift, -self.shift), (1, 2))
        y = self.attn(self.windows(y), self.mask)
        y = y.view(count, count, SIDE, SIDE, -1).transpose(1, 2).reshape(grid)
        x = x + torch.roll(y, (self.shift, self.shift), (1, 2)).flatten(1, 2)
        return x + self.mlp["fc2"](gelu(self.mlp["fc1"](self.norm2(x))))


class Merging(nn.Module):
    def __init__(self, width, grid):
        super().__init__()
        self.grid = grid
        self.norm, self.reduction = nn.LayerNorm(4 * width), nn.Linear(4 * width, 2 * width, bias=False)

    def forward(self, x):
        x = x.view(1, self.grid, self.grid, -1)
        x = torch.cat([x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)], dim=-1)
        return self.reduction(self.norm(x.flatten(1, 2)))


class Stage(nn.Module):
    def __init__(self, width, depth, heads, grid, is_last):
        super().__init__()
        self.blocks = nn.ModuleList(
            Block(width, heads, grid, SIDE // 2 if index % 2 and grid > SIDE else 0) for index in range(depth))
        if not is_last:
            self.downsample = Merging(width, grid)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.downsample(x) if hasattr(self, "downsample") else x


class Audio(nn.Module):
    """`HTSAT_Swin_Transformer` of laion_clap, tiny."""

    def __init__(self, width=96, depths=(2, 2, 6, 2), heads=(4, 8, 16, 32)):
        super().__init__()
        self.logmel_extractor = nn.Module()
        self.logmel_extractor.melW = nn.Parameter(torch.rand(513, 64) / 100)
        self.bn0 = nn.BatchNorm2d(64)
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(1, width, 4, 4), "norm": nn.LayerNorm(width)})
        self.layers = nn.ModuleList(
            Stage(width << index, depth, count, 64 >> index, index == 3)
            for index, (depth, count) in enumerate(zip(depths, heads)))
        self.norm = nn.LayerNorm(8 * width)

    def forward(self, sound):
        """[480000] to [1, 8 · width]."""
        spectrum = torch.stft(sound[None], 1024, 480, window=torch.hann_window(1024), return_complex=True)
        mel = spectrum.abs().square().transpose(1, 2) @ self.logmel_extractor.melW
        x = self.bn0((10 * mel.clamp(min=1e-10).log10()).transpose(1, 2)[..., None])
        x = interpolate(x.permute(0, 3, 2, 1), (1024, 64), mode="bicubic", align_corners=True)
        x = x.reshape(1, 4, 256, 64).permute(0, 1, 3, 2).reshape(1, 1, 256, 256)
        x = self.patch_embed["norm"](self.patch_embed["proj"](x).flatten(2).transpose(1, 2))
        for layer in self.layers:
            x = layer(x)
        return self.norm(x).mean(1)


class CLAP(nn.Module):
    """Scores a sound of less than 10 seconds, or of 10."""

    def __init__(self, text=768, outputs=512):
        super().__init__()
        self.audio_branch = Audio()
        self.audio_projection, self.text_projection = (
            nn.Sequential(nn.Linear(inputs, outputs), nn.ReLU(), nn.Linear(outputs, outputs)) for inputs in (768, text))

    def forward(self, sound):
        """[N] to [1, 512]."""
        sound = (sound.clamp(-1, 1) * 32767).trunc() / 32767
        sound = sound.repeat(480_000 // len(sound))
        return normalize(self.audio_projection(self.audio_branch(pad(sound, (0, 480_000 - len(sound))))), dim=-1)


ROBERTA = {
    "model_type": "roberta", "vocab_size": 50265, "hidden_size": 768, "num_attention_heads": 12,
    "num_hidden_layers": 12, "intermediate_size": 3072, "max_position_embeddings": 514}


class Roberta(nn.Module):
    """The tensors of `RobertaModel`; it is not run."""

    def __init__(self):
        super().__init__()
        width, hidden = ROBERTA["hidden_size"], ROBERTA["intermediate_size"]

        def embedding(count):
            return nn.Embedding(count, width)

        def dense(inputs, outputs, **others):
            return nn.ModuleDict({"dense": nn.Linear(inputs, outputs), **others})

        def layer():
            return nn.ModuleDict({
                "attention": nn.ModuleDict({
                    "self": nn.ModuleDict({name: nn.Linear(width, width) for name in ("query", "key", "value")}),
                    "output": dense(width, width, LayerNorm=nn.LayerNorm(width))}),
                "intermediate": dense(width, hidden),
                "output": dense(hidden, width, LayerNorm=nn.LayerNorm(width))})

        self.embeddings = nn.ModuleDict({
            "word_embeddings": embedding(ROBERTA["vocab_size"]),
            "position_embeddings": embedding(ROBERTA["max_position_embeddings"]),
            "token_type_embeddings": embedding(1), "LayerNorm": nn.LayerNorm(width)})
        self.encoder = nn.ModuleDict({
            "layer": nn.ModuleList(layer() for _ in range(ROBERTA["num_hidden_layers"]))})
        self.pooler = dense(width, width)
