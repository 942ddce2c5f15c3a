"""Mel-Band RoFormer: a chunk against PyTorch, and what a track takes in memory."""

import statistics

from measuring import BUILD, music, network, reference, run, say, table

# Of an 8 s chunk: seconds, and GB.
BARS = {"f32": "≤ 12", "half": "", "int8": "≤ 6"}
STAGES = {
    "spectrum": "spectrum", "band_split": "bands in", "time": "transformers along time",
    "freq": "transformers along bands", "mask": "masks", "inverse": "spectrum back"}


def bench_chunk(model, threads, rounds):
    """All in turns."""
    times, peaks, stages = {}, {}, {}
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        answers = {
            precision: network("roformer", model, "--threads", threads, "--rounds", 1, "--precision", precision)
            for precision in BARS}
        answers["torch"] = reference("roformer_reference.py", "time", model.parent, threads, 1)
        for name, (answer, peak) in answers.items():
            times.setdefault(name, []).extend(answer["seconds"])
            peaks[name] = max(peaks.get(name, 0), peak)
            for stage in answer.get("stages", []):
                stages.setdefault((name, stage["stage"]), []).append(stage["seconds"])
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    rows = [
        (f"ap, {name}", f"{medians[name]:.2f}", bar, f"{medians['torch'] / medians[name]:.2f}", f"{peaks[name]:.2f} GB")
        for name, bar in BARS.items()]
    rows.append((answers["torch"][0]["name"], f"{medians['torch']:.2f}", "", "1", f"{peaks['torch']:.2f} GB"))
    table(
        f"a chunk of 8 s, Mel 384 × 6, {threads} threads, median of {rounds}", "seconds", "bar",
        "faster than PyTorch by (bar: ≥ 2)", "peak memory (bar: ≤ 1.5 GB)", rows=rows)
    table("stages", *(f"{precision}, seconds" for precision in BARS), rows=[
        (words, *(f"{statistics.median(stages[name, stage]):.2f}" for name in BARS)) for stage, words in STAGES.items()])


def bench_memory(folder, model, threads):
    rows = []
    for minutes in (2, 10):
        say(f"separating {minutes} minutes")
        # Without overlap it takes a half of the time, and the same memory.
        seconds, peaks = run(
            [BUILD / "ap-decode", music(folder, 60 * minutes)],
            [BUILD / "ap-roformer", "--quiet", "--model", model, "--threads", threads, "--overlap", 1,
             "--precision", "auto"])
        rows.append((minutes, f"{peaks[1] / 1024:.2f} GB", f"{60 * minutes / seconds:.2f}"))
    table("ap-roformer, minutes of music", "peak memory", "times real time, without overlap", rows=rows)


def bench_roformer(folder, threads, rounds):
    reference("roformer_reference.py", "write", folder)
    model = folder / "kim.ckpt"
    bench_chunk(model, threads, rounds)
    bench_memory(folder, model, threads)
