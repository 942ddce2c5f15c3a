"""The models that help SAM-Audio, in PyTorch: PE-A-Frame, the Judge and CLAP.

Usage: sam_rankers.py write NAME FOLDER
       sam_rankers.py time NAME THREADS SECONDS
NAME is pe-a-frame-small, pe-a-frame-large, judge or clap.
"""

import json
import sys
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import torch

from sam_clap import CLAP, ROBERTA, Roberta
from sam_reference import SMALL as SAM_SMALL
from sam_towers import FINETUNE, LARGE, SMALL, TEXT, FrameModel, Judge

CODEC = SAM_SMALL["audio_codec"]
# A byte-level tokenizer that has no merges: no text is measured, only that there is one.
TOKENIZER = {
    "added_tokens": [], "normalizer": None, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False},
    "post_processor": {"type": "RobertaProcessing", "cls": ["<s>", 0], "sep": ["</s>", 2]},
    "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1, "</s>": 2}, "merges": []}}


def tower(width, heads, layers, hidden):
    return {"hidden_size": width, "num_attention_heads": heads, "num_hidden_layers": layers, "intermediate_size": hidden}


def model(name):
    """A network with random weights."""
    torch.manual_seed(0)
    if name == "clap":
        network = CLAP()
        network.text_branch = Roberta()
        return network.eval()
    return (Judge(CODEC) if name == "judge" else FrameModel(SMALL if name.endswith("small") else LARGE)).eval()


def write(name, folder):
    """A model's folder in the released format."""
    folder = Path(folder)
    text = folder / "roberta-base" if name == "clap" else folder
    text.mkdir(parents=True)
    (text / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    state = model(name).state_dict()
    if name == "clap":
        (text / "config.json").write_text(json.dumps(ROBERTA))
        torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, folder / "630k-best.pt")
    elif name == "judge":
        config = {
            "audio_codec": CODEC, "transformer": tower(*LARGE), "finetune_transformer": tower(*FINETUNE),
            "text_model": TEXT}
        (folder / "config.json").write_text(json.dumps(config))
        torch.save(state, folder / "checkpoint.pt")
    else:
        sizes = SMALL if name.endswith("small") else LARGE
        (folder / "config.json").write_text(json.dumps({
            "audio_model": {"audio_transformer": tower(*sizes)}, "text_model": TEXT}))
        write_safetensors(state, folder / "model.safetensors")


def write_safetensors(state, path):
    header, end = {}, 0
    for name, tensor in state.items():
        start, end = end, end + tensor.nbytes
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for tensor in state.values():
            tensor.contiguous().numpy().tofile(file)


def listen(name, threads, seconds):
    """Prints the seconds that a window of sound takes, twice, without what reads prompts."""
    torch.set_num_threads(int(threads))
    network = model(name)
    samples = int(seconds) * CODEC["sample_rate"]
    times = []
    with torch.inference_mode():
        sound, text = 0.3 * torch.randn(samples), torch.randn(1, 256 if name == "judge" else 1024)
        for _ in range(2):
            started = time.perf_counter()
            if name == "clap":
                network(sound)
            elif name == "judge":
                mixture, candidate = (network.frames(sound[None, None]) for _ in range(2))
                network(candidate, mixture, text)
            else:
                network(torch.randn(1, 128, samples // 1920), text)
            times.append(time.perf_counter() - started)
    print(json.dumps({"name": f"PyTorch {torch.__version__.split('+')[0]}", "seconds": times}))


if __name__ == "__main__":
    {"write": write, "time": listen}[sys.argv[1]](*sys.argv[2:])
