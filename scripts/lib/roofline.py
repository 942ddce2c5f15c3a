"""Draws how near each stage of a segment is to what the processor and its memory can do."""

import threading
import time

import matplotlib
import numpy

matplotlib.use("Agg")
from matplotlib import pyplot


def bandwidth(threads):
    """Bytes a second that copies of large arrays read and write together, the best of five."""
    count = 1 << 25
    pairs = [(numpy.ones(count, numpy.float32), numpy.zeros(count, numpy.float32)) for _ in range(threads)]
    best = 0.0
    for _ in range(5):
        copies = [threading.Thread(target=numpy.copyto, args=(target, source)) for source, target in pairs]
        started = time.perf_counter()
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.join()
        best = max(best, threads * 2 * 4 * count / (time.perf_counter() - started))
    return best


def draw_roofline(path, measured, bytes_per_second, threads):
    """`measured`: for each precision what ap-bench prints."""
    figure, axes = pyplot.subplots(figsize=(10, 6.5), constrained_layout=True)
    intensities = numpy.logspace(0, 3.5, 200)
    for (precision, result), colour in zip(measured.items(), ("tab:blue", "tab:orange", "tab:green")):
        peak = max(result["openblas"] if precision == "f32" else 0, result["ours"])
        roof = numpy.minimum(peak, intensities * bytes_per_second)
        axes.plot(intensities, roof / 1e9, colour, label=f"{precision}: a 2048³ product, {peak / 1e9:.0f} GFLOP/s")
        stages = [stage for stage in result["stages"] if stage["operations"]]
        places = [(stage["operations"] / stage["bytes"], stage["operations"] / stage["seconds"] / 1e9)
                  for stage in stages]
        areas = [3e3 * stage["seconds"] for stage in stages]
        axes.scatter(*zip(*places), areas, color=colour, alpha=0.5, edgecolors="none")
        if precision == "f32":
            for stage, place in zip(stages, places):
                axes.annotate(stage["stage"], place, fontsize=7, xytext=(4, -8), textcoords="offset points")
    axes.set(xscale="log", yscale="log", xlabel="operations a byte that must come from memory", ylabel="GFLOP/s",
             title=f"One segment of htdemucs, {threads} threads: a disc a stage, its area the time\n"
                   f"slope: memory, {bytes_per_second / 1e9:.0f} GB/s")
    axes.legend(loc="lower right")
    axes.grid(which="both", alpha=0.2)
    figure.savefig(path, dpi=120)
