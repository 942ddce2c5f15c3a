"""One segment of the reference implementation, demucs-infer, in several engines.

Usage: reference.py write CHECKPOINT [SEED]
       reference.py export CHECKPOINT MODEL.onnx
       reference.py time torch|onnxruntime|openvino|openvino-bf16 CHECKPOINT|MODEL.onnx THREADS
"""

import fractions
import hashlib
import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

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
FRAMES = int(HTDEMUCS["segment"] * HTDEMUCS["samplerate"])


class Core(torch.nn.Module):
    """The network between the spectrogram and its inverse, which other engines have no operators for."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        model._magnitude = lambda spectrum: spectrum
        model._mask = lambda _, spectrum: spectrum

    def forward(self, spectrum, mix):
        kept = []
        self.model._spec = lambda _: spectrum
        self.model._ispec = lambda estimate, _: kept.append(estimate) or 0
        return self.model(mix), kept[0]


def write(path, seed="0"):
    """A checkpoint of the released one's layout, with PyTorch's own initial weights. Prints the sum in its name."""
    torch.manual_seed(int(seed))
    state = {name: tensor.half() for name, tensor in HTDemucs(**HTDEMUCS).state_dict().items()}
    torch.save({"klass": HTDemucs, "args": (), "kwargs": HTDEMUCS, "state": state}, path)
    print(json.dumps(hashlib.sha256(Path(path).read_bytes()).hexdigest()[:8]))


def load(path):
    model = HTDemucs(**HTDEMUCS).eval()
    model.load_state_dict(torch.load(path, weights_only=False)["state"])
    return model


def export(path, onnx):
    mix = torch.randn(1, 2, FRAMES)
    model = load(path)
    spectrum = model._magnitude(model._spec(mix))
    # PyTorch's fused attention has no operator there.
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad():
        torch.onnx.export(
            Core(model), (spectrum, mix), onnx, dynamo=False, opset_version=17,
            input_names=["spectrum", "mix"])


def torch_engine(path, threads):
    return load(path), f"PyTorch {torch.__version__.split('+')[0]}"


def around(core):
    """A whole segment: PyTorch's transforms around another engine's network."""
    transforms = HTDemucs(**HTDEMUCS).eval()

    def separate(mix):
        spectrum = transforms._magnitude(transforms._spec(mix))
        in_time, estimate = core(spectrum.numpy(), mix.numpy())
        estimate = transforms._mask(None, torch.from_numpy(estimate))
        return torch.from_numpy(in_time) + transforms._ispec(estimate, FRAMES)

    return separate


def onnxruntime_engine(path, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    core = lambda spectrum, mix: session.run(None, {"spectrum": spectrum, "mix": mix})
    return around(core), f"ONNX Runtime {onnxruntime.__version__}"


def openvino_engine(path, threads, precision="f32"):
    import openvino

    hints = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    compiled = openvino.Core().compile_model(path, "CPU", hints)
    core = lambda spectrum, mix: [compiled((spectrum, mix))[output] for output in compiled.outputs]
    return around(core), f"OpenVINO {openvino.__version__.split('-')[0]}, {precision}"


ENGINES = {
    "torch": torch_engine,
    "onnxruntime": onnxruntime_engine,
    "openvino": openvino_engine,
    "openvino-bf16": lambda path, threads: openvino_engine(path, threads, "bf16"),
}


def time_segment(engine, path, threads):
    """Prints the seconds of one segment, the better of two, and the engine's name."""
    torch.set_num_threads(int(threads))
    separate, name = ENGINES[engine](path, int(threads))
    segment = torch.randn(1, 2, FRAMES)
    times = []
    with torch.no_grad():
        for _ in range(2):
            started = time.perf_counter()
            separate(segment)
            times.append(time.perf_counter() - started)
    print(json.dumps({"seconds": min(times), "name": name}))


if __name__ == "__main__":
    {"write": write, "export": export, "time": time_segment}[sys.argv[1]](*sys.argv[2:])
