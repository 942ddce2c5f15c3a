"""What all benchmarks share: running pipes, songs of a length, words."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / ".build" / "release"
DEMO = TOP / "scripts" / "demo"


def say(message):
    print(f"bench: {message}", file=sys.stderr)


def run(*commands, output=os.devnull):
    """Runs a pipe into a file; its wall time in seconds, and the peak resident size in MB of each command."""
    # Before the clock starts: what the last run wrote is thrown away here.
    file = open(output, "wb")
    started = time.perf_counter()
    processes = []
    for command in commands:
        source = processes[-1].stdout if processes else subprocess.DEVNULL
        last = len(processes) == len(commands) - 1
        sink = file if last else subprocess.PIPE
        processes.append(subprocess.Popen([str(word) for word in command], stdin=source, stdout=sink))
        if source != subprocess.DEVNULL:
            source.close()
    file.close()
    peaks = []
    for process, command in zip(processes, commands):
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"bench: failed: {' '.join(map(str, command))}")
        peaks.append(usage.ru_maxrss / 1024)
    return time.perf_counter() - started, peaks


def measured(*command):
    """What a command prints as JSON, or None where that is nothing, and its peak memory in GB."""
    with tempfile.NamedTemporaryFile() as output:
        _, [peak] = run(command, output=output.name)
        text = output.read()
    return json.loads(text) if text else None, peak / 1024


def reference(script, *arguments):
    """The same of a script beside this one, which runs a network in PyTorch. In a process of its own, because a child's
    peak memory counts ours in."""
    return measured(sys.executable, "-B", Path(__file__).with_name(script), *arguments)


def network(*arguments):
    """The same of our networks alone."""
    return measured(BUILD / "ap-bench", *arguments)


def music(folder, seconds, suffix=".wav"):
    """A file of that length: the demo song, over and over."""
    path = folder / f"{seconds}s{suffix}"
    if not path.exists():
        run(["ffmpeg", "-loglevel", "error", "-stream_loop", "-1", "-i", DEMO / "mix.flac", "-t", str(seconds), path])
    return path


def separate(song, model, threads, *options):
    """Seconds and peak MB of ap-demucs, its stems thrown away."""
    seconds, peaks = run(
        [BUILD / "ap-decode", song],
        [BUILD / "ap-demucs", "--quiet", "--model", model, "--threads", threads, *options],
    )
    return seconds, peaks[1]


def table(*columns, rows):
    """Prints a table in Markdown, at once, since the next one may be minutes away."""
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    sys.stdout.flush()
