"""Decoding, cutting, joining and encoding against ffmpeg, and networks with more threads than processors."""

import statistics
import threading
import time

from measuring import BUILD, music, run, say, separate, table

MINUTES = 30


def medians(rounds, **works):
    """The median of the seconds that each work takes, in turns."""
    times = {name: [] for name in works}
    for turn in range(rounds):
        say(f"round {turn + 1} of {rounds}")
        for name, work in works.items():
            times[name].append(work())
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def pipe(*commands):
    return lambda: run(*commands)[0]


def ffmpeg(source, *options):
    return ["ffmpeg", "-loglevel", "error", "-y", "-i", source, *options]


def bench_whole_files(folder, rounds):
    song, output = music(folder, 60 * MINUTES, ".flac"), folder / "out.wav"
    decode, encode = [BUILD / "ap-decode", song], [BUILD / "ap-encode", "--force", "-o", output]
    seconds = medians(
        rounds,
        ffmpeg=pipe(ffmpeg(song, "-c:a", "pcm_f32le", output)),
        whole=pipe(decode, encode),
        once=pipe([*decode, "--no-loudness"], encode),
        windows=pipe(decode, [BUILD / "ap-segment"], [BUILD / "ap-xfade"], encode))
    words = {
        "ffmpeg": ("ffmpeg", ""), "whole": ("ap-decode, ap-encode", "≥ 0.8"),
        "once": ("ap-decode --no-loudness, ap-encode", ""),
        "windows": ("ap-decode, ap-segment, ap-xfade, ap-encode", "")}
    table(
        f"{MINUTES} minutes of FLAC to float WAV, median of {rounds}", "seconds", "times real time",
        "of ffmpeg's speed", "bar",
        rows=[
            (words[name][0], f"{value:.2f}", f"{60 * MINUTES / value:.0f}", f"{seconds['ffmpeg'] / value:.2f}",
             words[name][1]) for name, value in seconds.items()])


def bench_flac(folder, rounds):
    """Of samples that take all 24 bits."""
    sound, stream = folder / "loud.wav", folder / "loud.ap"
    run(ffmpeg(music(folder, 60 * MINUTES, ".flac"), "-af", "volume=0.713", "-c:a", "pcm_f32le", sound))
    run([BUILD / "ap-decode", sound], output=stream)
    files = {"ffmpeg": folder / "ffmpeg.flac", "ap": folder / "ap.flac"}
    seconds = medians(
        rounds,
        ffmpeg=pipe(ffmpeg(sound, "-sample_fmt", "s32", "-bits_per_raw_sample", "24", files["ffmpeg"])),
        ap=pipe(["cat", stream], [BUILD / "ap-encode", "--force", "--bits", "24", "-o", files["ap"]]))
    table(
        f"{MINUTES} minutes to FLAC of 24 bits, median of {rounds}", "seconds", "MB", "of ffmpeg's time", "bar",
        rows=[
            (name, f"{value:.2f}", f"{files[name].stat().st_size / 1e6:.1f}", f"{value / seconds['ffmpeg']:.2f}",
             "≤ 1.0" if name == "ap" else "") for name, value in seconds.items()])


def bench_threads(folder, rounds):
    song = music(folder, 60)

    def once(threads):
        return lambda: separate(song, "htdemucs-mini", threads)[0]

    def both():
        started = time.perf_counter()
        works = [threading.Thread(target=once(2)) for _ in range(2)]
        for work in works:
            work.start()
        for work in works:
            work.join()
        # What one of them takes of the processors.
        return (time.perf_counter() - started) / 2

    seconds = medians(rounds, two=once(2), eight=once(8), both=both)
    words = {"two": "--threads 2", "eight": "--threads 8", "both": "two at once, --threads 2, half of their time"}
    table(
        f"ap-demucs, a minute, the bundled model, median of {rounds}", "seconds", "of the time of --threads 2", "bar",
        rows=[
            (words[name], f"{value:.2f}", f"{value / seconds['two']:.2f}", "≤ 1.1" if name != "two" else "")
            for name, value in seconds.items()])


def bench_pipes(folder, threads, rounds):
    bench_whole_files(folder, rounds)
    bench_flac(folder, rounds)
    bench_threads(folder, rounds)
