"""Usage: python3 scripts/lib/lines_reached.py [--files] [--least PERCENT] SUMMARY

Prints what llvm-cov's summary says of each target of Sources, and fails if one has less than so many percent.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "Sources"


def covered(summary):
    """Each file of Sources with its lines, and how many of them were reached."""
    for entry in summary["data"][0]["files"]:
        path = Path(entry["filename"])
        if path.is_relative_to(SOURCES):
            lines = entry["summary"]["lines"]
            yield path.relative_to(SOURCES), lines["count"], lines["covered"]


def line(name, count, reached):
    return f"{100 * reached / count if count else 100:6.1f} %  {count - reached:5} of {count:5} not reached  {name}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--least", type=float, default=95)
    parser.add_argument("summary", type=Path)
    options = parser.parse_args()
    files = list(covered(json.loads(options.summary.read_text())))
    targets = defaultdict(lambda: [0, 0])
    for path, count, reached in files:
        # It is never installed, and measures instead of being measured.
        if path.parts[0] != "ap-bench":
            targets[path.parts[0]][0] += count
            targets[path.parts[0]][1] += reached
    if options.files:
        for path, count, reached in sorted(files, key=lambda file: file[2] - file[1]):
            print(line(path, count, reached))
        print()
    for target, (count, reached) in sorted(targets.items()):
        print(line(target, count, reached))
    totals = [sum(counts) for counts in zip(*targets.values())] or [0, 0]
    print(line("all targets", *totals))
    low = [name for name, (count, reached) in targets.items() if 100 * reached < options.least * count]
    if low:
        print(f"less than {options.least:g} %: {', '.join(sorted(low))}", file=sys.stderr)
    sys.exit(1 if low else 0)


if __name__ == "__main__":
    main()
