"""What scripts/bench measures. Tables go to standard output, all else to standard error."""

import argparse
import filecmp
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench_demucs import bench_demucs
from bench_pipes import bench_pipes
from bench_roformer import bench_roformer
from bench_sam import bench_sam
from measuring import BUILD, music, reference, run, say, separate, table


def bench_memory(folder, threads, rounds):
    full = folder / "htdemucs.th"
    reference("reference.py", "write", full)
    runs = {
        "the bundled model": ("htdemucs-mini",), "htdemucs of full size": (full,),
        "the same in int8": (full, "--precision", "int8")}
    rows = []
    for name, (model, *options) in runs.items():
        for minutes in (3, 30):
            say(f"separating {minutes} minutes: {name}")
            seconds, peak = separate(music(folder, 60 * minutes), model, threads, *options)
            rows.append((name, minutes, f"{peak:.0f} MB", f"{60 * minutes / seconds:.1f}"))
    table("ap-demucs", "minutes of music", "peak memory", "times real time", rows=rows)


def bench_cache(folder, threads, rounds):
    os.environ["XDG_CACHE_HOME"] = str(folder)
    cache, decode = BUILD / "ap-cache", BUILD / "ap-decode"
    flac, mp3 = music(folder, 180, ".flac"), music(folder, 1800, ".mp3")
    demucs = [cache, BUILD / "ap-demucs", "-m", "htdemucs-mini", "--threads", threads]
    pipes = {
        "8 s: ap-decode, ap-cache ap-demucs": [[decode, "--end-time", "8", flac], demucs],
        "3 minutes: ap-decode, ap-cache ap-demucs": [[decode, flac], demucs],
        "30 minutes of MP3: ap-cache ap-decode": [[cache, decode, mp3]],
        "30 minutes of MP3: ap-cache ap-decode, ap-cache ap-segment": [
            [cache, decode, mp3], [cache, BUILD / "ap-segment"]],
    }
    first, later = folder / "first", folder / "later"
    rows = []
    for name, pipe in pipes.items():
        say(name)
        new, _ = run(*pipe, output=first)
        times = [run(*pipe, output=later)[0] for _ in range(rounds)]
        if not filecmp.cmp(first, later, shallow=False):
            sys.exit(f"bench: not the same output: {name}")
        known = statistics.median(times)
        rows.append((name, f"{new:.2f}", f"{known:.2f}", f"{new / known:.1f}"))
    table(f"later runs: median of {rounds}", "first run, seconds", "later runs, seconds", "times faster", rows=rows)


def main():
    benches = {
        "demucs": bench_demucs, "memory": bench_memory, "roformer": bench_roformer, "sam": bench_sam,
        "pipes": bench_pipes, "cache": bench_cache}
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=[*benches, "all"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if arguments.what == "all":
        # Each in a process of its own, because a child's peak memory counts ours in.
        for name in benches:
            options = ["--threads", str(arguments.threads), "--rounds", str(arguments.rounds)]
            subprocess.run([sys.executable, "-B", __file__, name, *options], check=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        benches[arguments.what](Path(folder), arguments.threads, arguments.rounds)


if __name__ == "__main__":
    main()
