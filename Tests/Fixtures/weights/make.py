"""Usage: make.py FOLDER, with PyTorch 2 and omegaconf installed.

Writes objects_2.pt and objects_5.pt: the same checkpoint in pickle protocols 2 and 5, with tensors of
every kind that is read, and beside them what training scripts leave in their checkpoints; and
objects.safetensors with the same tensors and arguments.
"""

import collections
import datetime
import enum
import fractions
import json
import pathlib
import struct
import sys

import omegaconf
import torch


class Optimizer:
    def __init__(self):
        self.state = {"step": 7}


class Point(collections.namedtuple("Point", "x y")):
    pass


class Phase(enum.Enum):
    TRAIN = 1


class Reduced:
    def __reduce__(self):
        return (print, ("this must not be printed",), {"a": 1}, iter([1, 2]), iter([("k", "v")]))


class HTDemucs(torch.nn.Module):
    pass


HTDemucs.__module__ = "demucs.htdemucs"
for name in ("demucs", "demucs.htdemucs"):
    sys.modules[name] = sys.modules[__name__]

numbers = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
state = collections.OrderedDict()
state["f32"] = numbers
state["f16"] = numbers.half()
state["bf16"] = numbers.bfloat16()
state["transposed"] = numbers.permute(2, 0, 1)
state["part"] = numbers[1, 1:, ::2]
state["parameter"] = torch.nn.Parameter(numbers.half() / 2)
state["scalar"] = torch.tensor(1.5)
state["empty"] = torch.zeros(3, 0)
state["i64"] = torch.arange(3)
state["f64"] = torch.arange(3, dtype=torch.float64)
state._metadata = {"": {"version": 1}}

config = omegaconf.OmegaConf.create({"lr": 3e-4, "name": "${lr}", "list": [1, {"deep": None}]})
cycle = []
cycle.append(cycle)
package = {
    "klass": HTDemucs,
    "args": (),
    "kwargs": {"sources": ["a", "b"], "segment": fractions.Fraction(39, 5), "samplerate": 44100},
    "state": state,
    "training_args": {
        "config": config,
        "optimizer": Optimizer(),
        "objects": [Point(1, 2), Phase.TRAIN, Reduced(), pathlib.PurePosixPath("/tmp"), 1j],
        "containers": [{1, 2}, frozenset([3]), collections.defaultdict(list, {"a": [1]}),
                       collections.deque([1]), bytearray(b"xy"), b"xyz", (1, 2, 3, 4), ()],
        "numbers": [2**40, -(2**40), 2**80, -1, 255, 65535, -2**31, 1.5, float("inf"), None, True],
        "date": datetime.datetime(2020, 1, 1),
        "dtype": [torch.float16, torch.device("cpu"), torch.Size([1, 2]), torch.strided],
        "cycle": cycle,
        "text": "Größe",
    },
}
for protocol in (2, 5):
    torch.save(package, f"{sys.argv[1]}/objects_{protocol}.pt", pickle_protocol=protocol)

names = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
         torch.float64: "F64"}
arguments = dict(package["kwargs"], segment="39/5")
header = {"__metadata__": {"klass": "HTDemucs", "args": "[]", "kwargs": json.dumps(arguments)}}
data = b""
for name, tensor in state.items():
    flat = tensor.detach().contiguous().reshape(-1).view(torch.uint8)
    start, data = len(data), data + bytes(flat.tolist())
    header[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape),
                    "data_offsets": [start, len(data)]}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(f"{sys.argv[1]}/objects.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
