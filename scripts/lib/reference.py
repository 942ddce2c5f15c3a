"""The reference implementation, demucs-infer on PyTorch: a model of full size, and its time.

Usage: reference.py write CHECKPOINT
       reference.py time CHECKPOINT THREADS
"""

import fractions
import json
import resource
import sys
import time

import torch
from demucs_infer.htdemucs import HTDemucs

# Those of the released htdemucs that differ from the constructor's defaults.
HTDEMUCS = {
    "sources": ["drums", "bass", "other", "vocals"],
    "audio_channels": 2,
    "channels": 48,
    "depth": 4,
    "dconv_mode": 3,
    "bottom_channels": 512,
    "t_layers": 5,
    "segment": fractions.Fraction(39, 5),
    "samplerate": 44100,
}


def write(path):
    """A checkpoint of the released one's layout, with PyTorch's own initial weights."""
    torch.manual_seed(0)
    state = {name: tensor.half() for name, tensor in HTDemucs(**HTDEMUCS).state_dict().items()}
    torch.save({"klass": HTDemucs, "args": (), "kwargs": HTDEMUCS, "state": state}, path)


def time_segment(path, threads):
    """Prints the seconds of one segment, the better of two, and this process's peak MB."""
    torch.set_num_threads(int(threads))
    model = HTDemucs(**HTDEMUCS).eval()
    model.load_state_dict(torch.load(path, weights_only=False)["state"])
    segment = torch.randn(1, 2, int(HTDEMUCS["segment"] * HTDEMUCS["samplerate"]))
    times = []
    with torch.no_grad():
        for _ in range(2):
            started = time.perf_counter()
            model(segment)
            times.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": min(times), "peak": peak, "version": torch.__version__}))


if __name__ == "__main__":
    {"write": write, "time": time_segment}[sys.argv[1]](*sys.argv[2:])
