"""SAM-Audio's codec in PyTorch, after dacvae, its tensors under the released names."""

import functools
import math

import torch
from torch import nn
from torch.nn.functional import conv1d, conv_transpose1d, elu, pad

WATERMARK_STRIDES = (8, 5, 4, 2)
WATERMARK_CHANNELS = 32


@torch.jit.script
def snake(x, alpha):
    return x + (alpha + 1e-9).reciprocal() * torch.sin(alpha * x).pow(2)


class Snake(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, channels, 1))

    def forward(self, x):
        return snake(x, self.alpha)


class Normalized(nn.Module):
    """A layer with weight norm, which is folded when it is first called."""

    def __init__(self, outputs, *shape):
        super().__init__()
        self.weight_g = nn.Parameter(torch.ones(shape[0], 1, 1))
        self.weight_v = nn.Parameter(torch.randn(shape))
        self.bias = nn.Parameter(torch.zeros(outputs))

    @functools.cached_property
    def weight(self):
        return self.weight_v * (self.weight_g / self.weight_v.norm(dim=(1, 2), keepdim=True))


class Conv(Normalized):
    def __init__(self, inputs, outputs, kernel, stride=1, dilation=1):
        super().__init__(outputs, outputs, inputs, kernel)
        self.stride, self.dilation = stride, dilation
        self.padding = (kernel - stride) * dilation // 2

    def forward(self, x):
        return conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation)


class TransposedConv(Normalized):
    def __init__(self, inputs, outputs, stride):
        super().__init__(outputs, inputs, outputs, 2 * stride)
        self.stride = stride

    def forward(self, x):
        padding, more = (self.stride + 1) // 2, self.stride % 2
        return conv_transpose1d(x, self.weight, self.bias, self.stride, padding, more)


class CausalConv(nn.Conv1d):
    def forward(self, x):
        return super().forward(pad(x, (self.kernel_size[0] - self.stride[0], 0)))


class CausalTransposedConv(nn.ConvTranspose1d):
    def forward(self, x):
        return super().forward(x)[..., : x.shape[-1] * self.stride[0]]


class Unit(nn.Module):
    def __init__(self, channels, dilation):
        super().__init__()
        self.block = nn.Sequential(
            Snake(channels), Conv(channels, channels, 7, dilation=dilation),
            Snake(channels), Conv(channels, channels, 1))

    def forward(self, x):
        return x + self.block(x)


class CausalUnit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.block = nn.ModuleDict({
            "1": CausalConv(channels, channels // 2, 3), "3": CausalConv(channels // 2, channels, 1)})

    def forward(self, x):
        return x + self.block["3"](elu(self.block["1"](elu(x))))


class EncoderBlock(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.block = nn.Sequential(
            *(Unit(channels, dilation) for dilation in (1, 3, 9)),
            Snake(channels), Conv(channels, 2 * channels, 2 * stride, stride))

    def forward(self, x):
        return self.block(x)


class DecoderBlock(nn.Module):
    """Layers of the decoder and, beside them, of the watermark: `marked` channels, halved."""

    def __init__(self, channels, stride, marked, marked_stride):
        super().__init__()
        half, kernel = marked // 2, 2 * marked_stride
        self.block = nn.ModuleDict({
            "0": Snake(channels),
            "1": TransposedConv(channels, channels // 2, stride),
            "3": CausalTransposedConv(marked, half, kernel, marked_stride),
            **{key: Unit(channels // 2, dilation) for key, dilation in (("4", 1), ("5", 3), ("8", 9))},
            "6": CausalUnit(half),
            "7": CausalUnit(half),
            "11": CausalConv(half, marked, kernel, marked_stride),
        })

    def forward(self, x):
        for key in ("0", "1", "4", "5", "8"):
            x = self.block[key](x)
        return x

    def hear(self, x):
        return self.block["11"](elu(self.block["7"](x)))

    def say(self, x):
        return self.block["6"](self.block["3"](elu(x)))


class Recurrent(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.lstm = nn.LSTM(channels, channels, 2)

    def forward(self, x):
        return x + self.lstm(x.permute(2, 0, 1))[0].permute(1, 2, 0)


class Codec(nn.Module):
    def __init__(self, config):
        super().__init__()
        channels, latent, width = config["encoder_dim"], config["latent_dim"], config["codebook_dim"]
        layers = [Conv(1, channels, 7)]
        for stride in config["encoder_rates"]:
            layers.append(EncoderBlock(channels, stride))
            channels *= 2
        self.encoder = nn.ModuleDict({
            "block": nn.Sequential(*layers, Snake(channels), Conv(channels, latent, 3))})
        self.quantizer = nn.ModuleDict({
            "in_proj": Conv(latent, 2 * width, 1), "out_proj": Conv(width, latent, 1)})
        channels, marked = config["decoder_dim"], WATERMARK_CHANNELS << len(WATERMARK_STRIDES)
        layers = [Conv(latent, channels, 7)]
        for index, strides in enumerate(zip(config["decoder_rates"], WATERMARK_STRIDES)):
            layers.append(DecoderBlock(channels >> index, strides[0], marked >> index, strides[1]))
        self.decoder = nn.ModuleDict({
            "model": nn.Sequential(*layers),
            "wm_model": self.watermark(channels >> len(WATERMARK_STRIDES), marked)})

    @staticmethod
    def watermark(channels, marked):
        return nn.ModuleDict({
            "encoder_block": nn.ModuleDict({
                "pre": nn.ModuleDict({
                    "0": Snake(channels), "1": Conv(channels, 1, 7), "3": CausalConv(1, WATERMARK_CHANNELS, 7)}),
                "post": nn.ModuleDict({"0": Recurrent(marked), "2": CausalConv(marked, 128, 7)})}),
            "msg_processor": nn.ModuleDict({"msg_processor": nn.Embedding(32, 128)}),
            "decoder_block": nn.ModuleDict({
                "pre": nn.ModuleDict({"0": CausalConv(128, marked, 7), "1": Recurrent(marked)}),
                "post": nn.ModuleDict({"1": CausalConv(WATERMARK_CHANNELS, 1, 7)})})})

    def encode(self, samples):
        """[1, 1, N], whole frames, to the mean, [1, C, T]."""
        return self.quantizer["in_proj"](self.encoder["block"](samples)).chunk(2, dim=1)[0]

    def decode(self, latent):
        last = self.decoder["wm_model"]["encoder_block"]["pre"]
        x = self.decoder["model"](self.quantizer["out_proj"](latent))
        return torch.tanh(last["1"](last["0"](x)))

    def mark(self, samples, bits):
        """Adds the watermark that says 16 bits."""
        blocks = self.decoder["model"][1:]
        hears = self.decoder["wm_model"]["encoder_block"]
        says = self.decoder["wm_model"]["decoder_block"]
        embedding = self.decoder["wm_model"]["msg_processor"]["msg_processor"]
        x = hears["pre"]["3"](samples)
        for block in reversed(blocks):
            x = block.hear(x)
        x = hears["post"]["2"](elu(hears["post"]["0"](x)))
        x = x + embedding(2 * torch.arange(16) + bits.long()).sum(0)[None, :, None]
        x = says["pre"]["1"](says["pre"]["0"](x))
        for block in blocks:
            x = block.say(x)
        return samples + 0.25 * says["post"]["1"](elu(x))

    @staticmethod
    def hop(config):
        return math.prod(config["encoder_rates"])
