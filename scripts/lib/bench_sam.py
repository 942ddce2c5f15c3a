"""SAM-Audio: each part of the network against PyTorch, and what a window takes in time and in memory."""

import shutil
import statistics

from measuring import BUILD, music, network, reference, run, say, table

# Seconds of the window that is timed, and of the longest that memory is promised for.
WINDOW, LONG_WINDOW = 10, 30
STAGES = {
    "text_64": "text encoder, 64 tokens",
    "text_6": "text encoder, 6 tokens",
    "encode": "encode",
    "velocity": "a velocity, 6 tokens of text",
    "decode": "decode",
    "decode_watermark": "decode, with the watermark",
}
PRECISIONS = ("f32", "half", "int8")
# What helps SAM-Audio: ap-bench's word for it, and what a window costs.
RANKERS = {
    "pe-a-frame-small": ("frames", "PE-A-Frame small"),
    "pe-a-frame-large": ("frames", "PE-A-Frame large"),
    "judge": ("judge", "the Judge, mixture and a candidate"),
    "clap": ("clap", "CLAP, a candidate"),
}
# Options of ap-sam, and the bar of a window's seconds.
SETTINGS = {
    "f32": "", "half": "", "int8": "", "int8 --solver ab2": "≤ 18"}
# Formats of what is multiplied and of the weights, and the bar of the peak.
MEMORY_BARS = {("f32", "f32"): "≤ 3.6 GB", ("f32", "bf16"): "≤ 2.2 GB", ("int8", "bf16"): "≤ 1.2 GB"}


def bench_stages(model, threads, rounds):
    """Both in turns."""
    times = {"ap": {}, "torch": {}}
    peaks = dict.fromkeys(times, 0)
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        ours, peak = network("sam", model, "--threads", threads, "--seconds", WINDOW)
        theirs, other_peak = reference("sam_reference.py", "time", model, threads, WINDOW)
        peaks = {"ap": max(peaks["ap"], peak), "torch": max(peaks["torch"], other_peak)}
        for name, answer in (("ap", ours), ("torch", theirs)):
            for stage in answer["stages"]:
                times[name].setdefault(stage["stage"], []).append(stage["seconds"])
    operations = {stage["stage"]: stage["operations"] / 1e9 for stage in ours["stages"]}
    rows = []
    for stage, words in STAGES.items():
        ap, torch = (statistics.median(times[name][stage]) for name in times)
        rates = [f"{operations[stage] / seconds:.0f}" if operations[stage] else "" for seconds in (ap, torch)]
        rows.append((words, f"{ap:.3f}", f"{torch:.3f}", *rates, f"{torch / ap:.2f}"))
    rows.append(("peak memory", f"{peaks['ap']:.1f} GB", f"{peaks['torch']:.1f} GB", "", "", ""))
    table(
        f"sam-audio-small, {WINDOW} s, {threads} threads, median of {rounds}", "ap f32, seconds",
        f"{theirs['name']} f32, seconds", "ap, GFLOP/s", "PyTorch, GFLOP/s", "ap is faster by (bar: ≥ 1)",
        rows=rows)


def bench_settings(folder, model, threads, rounds):
    """The whole filter on one window and one prompt, in turns, and a velocity of each precision."""
    stream = folder / "window.ap"
    run([BUILD / "ap-decode", "--rate", "48000", "--channels", "1", music(folder, WINDOW)], output=stream)
    times = {setting: [] for setting in SETTINGS}
    velocities = {precision: [] for precision in PRECISIONS}
    for turn in range(rounds):
        say(f"settings, round {turn + 1} of {rounds}")
        for setting, seconds in times.items():
            seconds.append(run(
                ["cat", stream],
                [BUILD / "ap-sam", "--quiet", "--model", model, "--threads", threads, "--prompt", "dog", "--precision",
                 *setting.split()])[0])
        for precision, seconds in velocities.items():
            answer, _ = network(
                "sam", model, "--threads", threads, "--seconds", WINDOW, "--precision", precision)
            seconds += [stage["seconds"] for stage in answer["stages"] if stage["stage"] == "velocity"]
    table(
        f"ap-sam, {WINDOW} s, one prompt, {threads} threads", "seconds", "bar",
        rows=[(f"--precision {setting}", f"{statistics.median(times[setting]):.1f}", bar)
              for setting, bar in SETTINGS.items()])
    f32, half, int8 = (statistics.median(velocities[precision]) for precision in PRECISIONS)
    table(
        "a velocity", "seconds", "f32 to it", "bar",
        rows=[("f32", f"{f32:.2f}", "", ""), ("half", f"{half:.2f}", f"{f32 / half:.2f}", "≥ 1.5"),
              ("int8", f"{int8:.2f}", f"{f32 / int8:.2f}", "")])


def bench_long_window(model, threads):
    rows = []
    for (precision, weights), bar in MEMORY_BARS.items():
        say(f"a window of {LONG_WINDOW} s, {precision}, weights in {weights}")
        _, peak = network(
            "sam", model, "--threads", threads, "--seconds", LONG_WINDOW, "--precision", precision, "--weights", weights)
        rows.append((f"{precision}, {weights}", f"{peak:.2f} GB", bar))
    table(f"sam-audio-small, {LONG_WINDOW} s: what is multiplied, and the weights", "peak memory", "bar", rows=rows)


def bench_solvers(model, threads):
    """With random weights the velocities say little of how real ones bend, so that the errors are for comparison."""
    say("solvers against 128 midpoint steps")
    answer, _ = network(
        "sam-solvers", model, "--threads", threads,
        *(word for precision in PRECISIONS for word in ("--precision", precision)))
    table(
        "sam-audio-small, 2 s, solver", "steps", "precision", "velocities", "seconds",
        "dB above the distance from 128 midpoint steps in f32",
        rows=[
            (row["method"], row["steps"], row["precision"], row["evaluations"], f"{row['seconds']:.1f}",
             f"{row['decibels']:.1f}") for row in answer["solvers"]])


def bench_rankers(folder, threads, rounds):
    """Both in turns, one model after the other: the large ones have 6 GB each."""
    rows = []
    for name, (kind, words) in RANKERS.items():
        say(f"writing {name} with random weights")
        model = folder / name
        reference("sam_rankers.py", "write", name, model)
        times = {"ap": [], "torch": []}
        for _ in range(rounds):
            ours, _ = network("sam-ranker", kind, model, "--threads", threads, "--seconds", WINDOW)
            theirs, _ = reference("sam_rankers.py", "time", name, threads, WINDOW)
            for key, answer in (("ap", ours), ("torch", theirs)):
                times[key].append(min(answer["seconds"]))
        shutil.rmtree(model)
        ap, torch = (statistics.median(values) for values in times.values())
        rows.append((words, f"{ap:.2f}", f"{torch:.2f}", f"{torch / ap:.2f}"))
    table(
        f"{WINDOW} s, {threads} threads, median of {rounds}", "ap f32, seconds", f"{theirs['name']} f32, seconds",
        "ap is faster by (bar: ≥ 1)", rows=rows)


def bench_sam(folder, threads, rounds):
    say("writing a full-size checkpoint with random weights")
    model = folder / "sam-audio-small"
    reference("sam_reference.py", "write", model)
    bench_stages(model, threads, rounds)
    bench_settings(folder, model, threads, rounds)
    bench_solvers(model, threads)
    bench_long_window(model, threads)
    bench_rankers(folder, threads, rounds)
