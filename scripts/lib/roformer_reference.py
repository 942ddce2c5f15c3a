"""A chunk of a Mel-Band RoFormer in PyTorch, by MSST.

Usage: roformer_reference.py write FOLDER
       roformer_reference.py time FOLDER THREADS ROUNDS
"""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import torch
from msst.models.bs_roformer.mel_band_roformer import MelBandRoformer

# That of Kimberley Jensen's model for vocals, which many others share.
MODEL = {
    "dim": 384, "depth": 6, "stereo": True, "num_stems": 1, "time_transformer_depth": 1, "freq_transformer_depth": 1,
    "num_bands": 60, "dim_head": 64, "heads": 8, "attn_dropout": 0, "ff_dropout": 0, "flash_attn": True,
    "dim_freqs_in": 1025, "sample_rate": 44100, "stft_n_fft": 2048, "stft_hop_length": 441,
    "stft_win_length": 2048, "stft_normalized": False, "mask_estimator_depth": 2}
CHUNK = 352800


def write(folder):
    """Both files of a model with random weights."""
    torch.manual_seed(0)
    folder = Path(folder)
    torch.save(MelBandRoformer(**MODEL).state_dict(), folder / "kim.ckpt")
    # JSON is YAML.
    (folder / "kim.yaml").write_text(json.dumps({
        "audio": {"chunk_size": CHUNK, "sample_rate": 44100}, "model": MODEL,
        "training": {"instruments": ["vocals", "other"], "target_instrument": "vocals"},
        "inference": {"num_overlap": 2}}))


def measure(folder, threads, rounds):
    torch.set_num_threads(int(threads))
    network = MelBandRoformer(**MODEL).eval()
    network.load_state_dict(torch.load(Path(folder) / "kim.ckpt"))
    torch.manual_seed(1)
    mix = 0.1 * torch.rand(1, 2, CHUNK) - 0.05
    seconds = []
    with torch.inference_mode():
        for _ in range(int(rounds)):
            start = time.perf_counter()
            network(mix)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"name": f"PyTorch {torch.__version__.split('+')[0]}", "seconds": seconds}))


if __name__ == "__main__":
    {"write": write, "time": measure}[sys.argv[1]](*sys.argv[2:])
