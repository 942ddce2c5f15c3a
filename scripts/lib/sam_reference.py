"""A window of SAM-Audio in PyTorch.

Usage: sam_reference.py write FOLDER
       sam_reference.py time FOLDER THREADS SECONDS
"""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import torch

from sam_codec import Codec
from sam_network import T5, SAMAudio

# What the twins need to know of sam-audio-small and t5-base.
SMALL = {
    "in_channels": 768,
    "num_anchors": 3,
    "anchor_embedding_dim": 128,
    "audio_codec": {
        "encoder_dim": 64, "encoder_rates": [2, 8, 10, 12], "latent_dim": 1024, "decoder_dim": 1536,
        "decoder_rates": [12, 10, 8, 2], "codebook_dim": 128, "sample_rate": 48000},
    "text_encoder": {"dim": 768, "name": "t5-base", "max_length": 512},
    "transformer": {
        "dim": 1536, "context_dim": 1536, "n_heads": 12, "n_layers": 12, "frequency_embedding_dim": 256,
        "out_channels": 256},
    "vision_encoder": {"dim": 1024},
}
T5_BASE = {
    "model_type": "t5", "vocab_size": 32128, "d_model": 768, "d_kv": 64, "d_ff": 3072, "num_layers": 12,
    "num_heads": 12, "relative_attention_num_buckets": 32, "relative_attention_max_distance": 128,
    "layer_norm_epsilon": 1e-6}
# Enough for the files to be a text encoder's: no text is measured, only tokens.
TOKENIZER = {"model": {
    "type": "Unigram", "unk_id": 2, "vocab": [["<pad>", 0], ["</s>", 0], ["<unk>", 0], ["\u2581", -1]]}}


def write(folder):
    """A model's folder in the released format, with random weights: all that separating by words needs."""
    torch.manual_seed(0)
    folder = Path(folder)
    text = folder / SMALL["text_encoder"]["name"]
    text.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(SMALL))
    torch.save(SAMAudio(SMALL).state_dict(), folder / "checkpoint.pt")
    (text / "config.json").write_text(json.dumps(T5_BASE))
    (text / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    torch.save(T5(T5_BASE).state_dict(), text / "pytorch_model.bin")


def load(module, path):
    state = torch.load(path, mmap=True)
    module.load_state_dict(state, assign=True)
    return module.eval()


def time_stages(folder, threads, seconds):
    """Prints the seconds of each stage: of the codec's a single run, of the others the better of two."""
    torch.set_num_threads(int(threads))
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    t5 = folder / config["text_encoder"]["name"]
    stages = []

    def measure(stage, work, rounds=1):
        times = []
        for _ in range(rounds):
            started = time.perf_counter()
            result = work()
            times.append(time.perf_counter() - started)
        stages.append({"stage": stage, "seconds": min(times)})
        return result

    with torch.inference_mode():
        network = load(T5(json.loads((t5 / "config.json").read_text())), t5 / "pytorch_model.bin")
        for count in (64, 6):
            tokens = torch.arange(count) * 37 + 3
            text = measure(f"text_{count}", lambda: network(tokens), rounds=2)
        del network
        network = load(SAMAudio(config), folder / "checkpoint.pt")
        codec = network.audio_codec
        for layer in codec.modules():
            getattr(layer, "weight", None)
        samples = int(seconds) * config["audio_codec"]["sample_rate"]
        samples -= samples % Codec.hop(config["audio_codec"])
        latent = measure("encode", lambda: codec.encode(0.3 * torch.randn(1, 1, samples)))
        state = torch.randn(1, latent.shape[-1], 2 * latent.shape[1])
        measure("velocity", lambda: network.velocity(state, 0.5, latent, text), rounds=2)
        sound = measure("decode", lambda: codec.decode(latent))
        measure("watermark", lambda: codec.mark(sound, torch.ones(16)))
    # The reference decodes and marks in one.
    stages[-1] = {"stage": "decode_watermark", "seconds": stages[-1]["seconds"] + stages[-2]["seconds"]}
    print(json.dumps({"name": f"PyTorch {torch.__version__.split('+')[0]}", "stages": stages}))


if __name__ == "__main__":
    {"write": write, "time": time_stages}[sys.argv[1]](*sys.argv[2:])
