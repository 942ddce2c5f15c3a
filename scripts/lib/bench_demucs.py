"""HTDemucs: one segment against other engines, its stages, its start, bags and precision."""

import os
import statistics
import subprocess
import time

from measuring import BUILD, DEMO, TOP, music, network, reference, run, say, separate, table

median = statistics.median
FEWER_BITS = ["half", "int8"]
ENGINES = ["torch", "onnxruntime", "openvino", "openvino-bf16"]
# A segment of 7.8 s, and where the next one begins at the default overlap.
SEGMENT, STRIDE = 7.8, 5.85


def segments(model, threads, *options):
    """What ap-bench measures of two segments in our network alone."""
    return network("demucs", model, "--threads", threads, "--rounds", 2, *options)[0]


def best(*arguments):
    """Seconds of one segment in our network alone: the better of two, as for the other engines."""
    return min(segments(*arguments, "--segment-only")["seconds"])


def first_sample(song, model, threads):
    """Seconds from the start of ap-demucs to its first sample, the model's file not in memory."""
    with open(model, "rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    command = [BUILD / "ap-demucs", "--quiet", "--model", model, "--threads", str(threads)]
    with open(song, "rb") as stream:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdin=stream, stdout=subprocess.PIPE)
        process.stdout.readline()
        process.stdout.readline()
        seconds = time.perf_counter() - started
        process.kill()
        process.communicate()
    return seconds


def write_models(folder):
    """Random models of full size: htdemucs, and a bag like htdemucs_ft. Their paths, by name."""
    say("writing five full-size checkpoints with random weights")
    single = folder / "htdemucs.th"
    reference("reference.py", "write", single)
    names = []
    for seed in range(1, 5):
        path = folder / "part.th"
        names.append(f"part{seed}")
        checksum, _ = reference("reference.py", "write", path, seed)
        path.rename(folder / f"part{seed}-{checksum}.th")
    rows = [[float(row == column) for column in range(4)] for row in range(4)]
    bag = folder / "htdemucs_ft.yaml"
    bag.write_text(f"models: {names}\nweights: {rows}\n")
    onnx = folder / "htdemucs.onnx"
    reference("reference.py", "export", single, onnx)
    return {"single": single, "bag": bag, "onnx": onnx}


def bench_segment(models, threads, rounds):
    """Each engine in turn, over and over. Returns our median seconds."""
    times, peaks, names = {}, {}, {}
    rates = {"OpenBLAS": [], "ours": []}
    ours = {"ap, f32": (threads,), "ap, f32, 1 thread": (1,)}
    ours |= {f"ap, {precision}": (threads, "--precision", precision) for precision in FEWER_BITS}
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        products = segments(models["single"], threads)
        rates["OpenBLAS"].append(products["openblas"] / 1e9)
        rates["ours"].append(products["ours"] / 1e9)
        for name, options in ours.items():
            times.setdefault(name, []).append(best(models["single"], *options))
        for engine in ENGINES:
            answer, peak = reference(
                "reference.py", "time", engine, models["single" if engine == "torch" else "onnx"], threads)
            names[engine] = answer["name"]
            times.setdefault(engine, []).append(answer["seconds"])
            peaks[engine] = max(peaks.get(engine, 0), peak)
    seconds = {name: median(values) for name, values in times.items()}
    operations = sum(stage["operations"] for stage in products["stages"]) / 1e9
    f32, sgemm = seconds["ap, f32"], max(map(median, rates.values()))
    table(
        f"one segment of htdemucs, {threads} threads, median of {rounds}", "seconds", "GFLOP/s", "ap f32 is faster by",
        "peak memory",
        rows=[
            (names.get(name, name), f"{value:.2f}", f"{operations / value:.0f}", f"{value / f32:.2f}",
             f"{peaks[name]:.2f} GB" if name in peaks else "")
            for name, value in seconds.items()
        ])
    table(
        "of these", "ratio", "bar",
        rows=[
            (f"f32 to the rate of a 2048³ product, {sgemm:.0f} GFLOP/s", f"{operations / f32 / sgemm:.2f}", "≥ 0.80"),
            ("f32 to PyTorch f32", f"{seconds['torch'] / f32:.2f}", "≥ 2.5"),
            ("f32 to ONNX Runtime f32", f"{seconds['onnxruntime'] / f32:.2f}", "≥ 1.5"),
            ("f32 to OpenVINO f32", f"{seconds['openvino'] / f32:.2f}", "≥ 1.5"),
            ("half to our f32", f"{f32 / seconds['ap, half']:.2f}", "≥ 1.6"),
            ("int8 to our f32", f"{f32 / seconds['ap, int8']:.2f}", "≥ 1.8"),
            ("int8 to PyTorch f32", f"{seconds['torch'] / seconds['ap, int8']:.2f}", "≥ 4.5"),
            ("half to OpenVINO bf16", f"{seconds['openvino-bf16'] / seconds['ap, half']:.2f}", "≥ 1.3"),
            (f"{threads} threads to 1", f"{seconds['ap, f32, 1 thread'] / f32:.2f}", "≥ 1.8 with 2"),
        ])
    return f32


def bench_stages(folder, models, threads, png):
    """Where a segment's time goes, as a table and as a roofline."""
    # Here, because not every benchmark has matplotlib.
    from roofline import bandwidth, draw_roofline

    measured = {precision: segments(models["single"], threads, "--precision", precision)
                for precision in ("f32", *FEWER_BITS)}
    for name, result in measured.items():
        total = sum(stage["seconds"] for stage in result["stages"])
        table(
            f"stages, {name}, {threads} threads", "ms", "GFLOP/s", "share",
            rows=[
                (stage["stage"], f"{1e3 * stage['seconds']:.1f}",
                 f"{stage['operations'] / stage['seconds'] / 1e9:.0f}" if stage["operations"] else "",
                 f"{100 * stage['seconds'] / total:.1f} %")
                for stage in result["stages"] if stage["seconds"] > 1e-4
            ])
    draw_roofline(png, measured, bandwidth(threads), threads)
    say(f"the roofline is in {png}")


def bench_bags(folder, models, threads, rounds, segment):
    """The start, and bags against a single model, each in turn."""
    short, long = music(folder, 5), music(folder, 17)
    stream = folder / "long.ap"
    with open(stream, "wb") as file:
        subprocess.run([BUILD / "ap-decode", long], stdout=file, check=True)
    runs = {
        "htdemucs": ("single",), "htdemucs_ft": ("bag",), "htdemucs_ft --stems vocals": ("bag", "--stems", "vocals")}
    times = {name: [] for name in runs}
    starts = []
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        starts.append(first_sample(stream, models["single"], threads))
        for name, (model, *options) in runs.items():
            # One and three segments: their difference leaves out loading, start and end.
            (of_one, _), (of_three, _) = (separate(song, models[model], threads, *options) for song in (short, long))
            times[name].append((of_three - of_one) / 2)
    single = median(times["htdemucs"])
    bars = {"htdemucs": "", "htdemucs_ft": "≤ 4.05", "htdemucs_ft --stems vocals": "≤ 1.03"}
    table(
        "in the pipe, a segment", "seconds", "times htdemucs", "bar",
        rows=[(name, f"{median(values):.2f}", f"{median(values) / single:.2f}", bars[name])
              for name, values in times.items()])
    table("cold start", "seconds", "beyond one segment", "bar",
          rows=[("until the first stem sample", f"{median(starts):.2f}", f"{median(starts) - segment:.2f}", "≤ 0.15")])


def sdr(true, estimate):
    """As scripts/sdr prints it."""
    command = f"exec '{TOP}/scripts/sdr' <('{BUILD}/ap-decode' '{true}') <('{BUILD}/ap-decode' '{estimate}')"
    return float(subprocess.run(["bash", "-c", command], check=True, stdout=subprocess.PIPE, text=True).stdout)


def bench_mini(folder, rounds):
    """The bundled model: its speed on one thread, and what fewer bits cost on the demo song."""
    minutes = 1
    song = music(folder, 60 * minutes)
    times = {precision: [] for precision in ("f32", *FEWER_BITS)}
    for _ in range(rounds):
        for precision, values in times.items():
            values.append(separate(song, "htdemucs-mini", 1, "--precision", precision)[0])
    bars = {"f32": "≥ 12", "int8": "≥ 20"}
    table("the bundled model, 1 thread", "times real time", "bar",
          rows=[(precision, f"{60 * minutes / median(values):.1f}", bars.get(precision, ""))
                for precision, values in times.items()])
    for precision in times:
        run([BUILD / "ap-decode", DEMO / "mix.flac"],
            [BUILD / "ap-demucs", "--quiet", "--model", "htdemucs-mini", "--precision", precision],
            [BUILD / "ap-encode", "--force", "-o", folder / precision / "{track}.wav"])
    rows = []
    for true in sorted(DEMO.glob("true_*.flac")):
        stem = true.stem.removeprefix("true_")
        f32, half, int8 = (folder / precision / f"{stem}.wav" for precision in times)
        rows.append((stem, *(f"{sdr(true, estimate):.3f} dB" for estimate in (f32, half, int8)),
                     *(f"{sdr(f32, estimate):.1f} dB" for estimate in (half, int8))))
    table("the demo song", "SDR, f32", "SDR, half", "SDR, int8", "half to f32 (bar: ≥ 50 dB)",
          "int8 to f32 (bar: ≥ 45 dB)", rows=rows)


def bench_demucs(folder, threads, rounds):
    models = write_models(folder)
    segment = bench_segment(models, threads, rounds)
    bench_stages(folder, models, threads, TOP / ".build" / "roofline.png")
    bench_bags(folder, models, threads, rounds, segment)
    bench_mini(folder, rounds)
