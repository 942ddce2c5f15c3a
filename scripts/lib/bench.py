"""What scripts/bench measures. Tables go to standard output, all else to standard error."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / ".build" / "release"
DEMO = TOP / "scripts" / "demo" / "mix.flac"


def say(message):
    print(f"bench: {message}", file=sys.stderr)


def run(*commands):
    """Runs a pipe; its wall time in seconds, and the peak resident size in MB of each command."""
    started = time.perf_counter()
    processes = []
    for command in commands:
        source = processes[-1].stdout if processes else subprocess.DEVNULL
        last = len(processes) == len(commands) - 1
        sink = subprocess.DEVNULL if last else subprocess.PIPE
        processes.append(subprocess.Popen([str(word) for word in command], stdin=source, stdout=sink))
        if source != subprocess.DEVNULL:
            source.close()
    peaks = []
    for process, command in zip(processes, commands):
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"bench: failed: {' '.join(map(str, command))}")
        peaks.append(usage.ru_maxrss / 1024)
    return time.perf_counter() - started, peaks


def music(folder, seconds, suffix=".wav"):
    """A file of that length: the demo song, over and over."""
    path = folder / f"{seconds}s{suffix}"
    if not path.exists():
        run(["ffmpeg", "-loglevel", "error", "-stream_loop", "-1", "-i", DEMO, "-t", str(seconds), path])
    return path


def separate(song, model, threads):
    """Seconds and peak MB of ap-demucs, its stems thrown away."""
    seconds, peaks = run(
        [BUILD / "ap-decode", song],
        [BUILD / "ap-demucs", "--model", model, "--threads", threads],
    )
    return seconds, peaks[1]


def network(model, threads, *options):
    """Seconds of one segment in our network alone: the better of two, as for PyTorch."""
    command = [BUILD / "ap-bench", model, "--threads", str(threads), "--rounds", "2", "--segment-only"]
    answer = subprocess.run([*command, *options], check=True, stdout=subprocess.PIPE, text=True).stdout
    return min(json.loads(answer)["seconds"])


def reference(*arguments):
    """What reference.py prints. In a process of its own: a child's peak memory counts ours in."""
    command = [sys.executable, "-B", Path(__file__).with_name("reference.py"), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def bench_demucs(folder, threads, rounds):
    say("writing a full-size htdemucs with random weights")
    model = folder / "htdemucs-random.th"
    reference("write", model)
    # One and three segments of 7.8 s at the default overlap: half their difference is the time of
    # one segment, without loading, start and end.
    short, long = music(folder, 5), music(folder, 17)
    alone, alone_bf16, whole, theirs, peaks, their_peaks = [], [], [], [], [], []
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        alone.append(network(model, threads))
        alone_bf16.append(network(model, threads, "--bf16"))
        torch = json.loads(reference("time", model, str(threads)))
        theirs.append(torch["seconds"])
        their_peaks.append(torch["peak"])
        (of_short, _), (of_long, peak) = (separate(song, model, threads) for song in (short, long))
        whole.append((of_long - of_short) / 2)
        peaks.append(peak)
    print(f"\n| one segment of htdemucs, {threads} threads, median of {rounds} | seconds | peak memory |")
    print("|---|---|---|")
    print(f"| our network alone, f32 | {statistics.median(alone):.2f} | |")
    print(f"| our network alone, bf16 | {statistics.median(alone_bf16):.2f} | |")
    print(f"| PyTorch {torch['version'].split('+')[0]}, its network alone, f32 | {statistics.median(theirs):.2f} "
          f"| {max(their_peaks):.0f} MB |")
    print(f"| ap-decode, ap-demucs, f32 | {statistics.median(whole):.2f} | {max(peaks):.0f} MB |", flush=True)


def bench_memory(folder, threads, rounds):
    print("\n| ap-demucs, the bundled model | peak memory | times real time |")
    print("|---|---|---|")
    for minutes in (3, 30):
        song = music(folder, 60 * minutes)
        say(f"separating {minutes} minutes")
        seconds, peak = separate(song, "htdemucs-mini", threads)
        print(f"| {minutes} minutes of music | {peak:.0f} MB | {60 * minutes / seconds:.1f} |", flush=True)


def bench_pipes(folder, threads, rounds):
    minutes = 30
    song = music(folder, 60 * minutes, ".flac")
    output = folder / "out.wav"
    decode, encode = [BUILD / "ap-decode", song], [BUILD / "ap-encode", "--force", "-o", output]
    pipes = {
        "ffmpeg": [["ffmpeg", "-loglevel", "error", "-y", "-i", song, "-c:a", "pcm_f32le", output]],
        "ap-decode, ap-encode": [decode, encode],
        "ap-decode, ap-segment, ap-xfade, ap-encode": [
            decode, [BUILD / "ap-segment"], [BUILD / "ap-xfade"], encode],
    }
    times = {name: [] for name in pipes}
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        for name, pipe in pipes.items():
            times[name].append(run(*pipe)[0])
    print(f"\n| {minutes} minutes of FLAC to float WAV, median of {rounds} | seconds | times real time |")
    print("|---|---|---|")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"| {name} | {median:.2f} | {60 * minutes / median:.0f} |")


def main():
    benches = {"demucs": bench_demucs, "memory": bench_memory, "pipes": bench_pipes}
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=[*benches, "all"])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, bench in benches.items():
            if arguments.what in (name, "all"):
                bench(Path(folder), arguments.threads, arguments.rounds)


if __name__ == "__main__":
    main()
