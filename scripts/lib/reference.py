"""The reference implementation, demucs-infer on PyTorch: a model of full size, and its time."""

import fractions
import json
import subprocess
import sys

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


def version():
    import torch

    return torch.__version__.split("+")[0]


def make():
    from demucs_infer.htdemucs import HTDemucs

    return HTDemucs(**HTDEMUCS)


def write_random_htdemucs(path, seed=0):
    """A checkpoint of the released one's layout, with PyTorch's own initial weights."""
    import torch
    from demucs_infer.htdemucs import HTDemucs

    torch.manual_seed(seed)
    state = {name: tensor.half() for name, tensor in make().state_dict().items()}
    torch.save({"klass": HTDemucs, "args": (), "kwargs": HTDEMUCS, "state": state}, path)
    return path


def time_segment(path, threads):
    """Seconds of one segment, the better of two, and the peak MB of the process it ran in."""
    answer = subprocess.run(
        [sys.executable, __file__, path, str(threads)], check=True, stdout=subprocess.PIPE)
    return json.loads(answer.stdout)


def main(path, threads):
    import resource
    import time

    import torch

    torch.set_num_threads(int(threads))
    model = make().eval()
    model.load_state_dict(torch.load(path, weights_only=False)["state"])
    segment = torch.randn(1, 2, int(HTDEMUCS["segment"] * HTDEMUCS["samplerate"]))
    with torch.no_grad():
        times = []
        for _ in range(2):
            started = time.perf_counter()
            model(segment)
            times.append(time.perf_counter() - started)
    print(json.dumps([min(times), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


if __name__ == "__main__":
    main(*sys.argv[1:])
