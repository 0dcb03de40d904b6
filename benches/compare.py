#!/usr/bin/env python3
"""Compares our reader with a bare event loop and with other readers, and prints medians of ratios.

    python3 benches/compare.py [--pairs N] [--inputs DIR]

Creates its inputs (about 900 MB, below `target/compare`), builds `benches/peers` and installs Python's junitparser into an
environment there. Whole processes alternate, so that other load slows all of them; a ratio is the median over the pairs.
Peak memory is that of the process, mapped files included. `--inputs` uses other files of the same names.
"""
import argparse
import datetime
import os
import platform
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "target", "compare")
BIN = os.path.join(TARGET, "peers", "release")
PEERS, OURS = os.path.join(BIN, "peers"), os.path.join(BIN, "ours")
PYTHON = os.path.join(TARGET, "python", "bin", "python")
# Its cases are views on a document: this reads the values that a user would read.
JUNITPARSER = """
import sys
from junitparser import JUnitXml
records = [
    (case.name, case.classname, case.time, [(result.message, result.type, result.text) for result in case.result])
    for suite in JUnitXml.fromfile(sys.argv[1])
    for case in suite
]
print(len(records))
"""
MIB = 1024


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def prepare():
    os.makedirs(TARGET, exist_ok=True)
    run("cargo", "build", "--quiet", "--release", "--manifest-path", os.path.join(HERE, "peers", "Cargo.toml"),
        "--target-dir", os.path.join(TARGET, "peers"))
    if not os.path.exists(PYTHON):
        run(sys.executable, "-m", "venv", os.path.join(TARGET, "python"))
        run(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "junitparser==3.2.0")


def input_of(shape, directory):
    name = shape if shape == "small" else shape + ".xml"
    directory = directory and os.path.abspath(directory)
    if directory and os.path.exists(os.path.join(directory, name)):
        return os.path.join(directory, name)
    path = os.path.join(TARGET, name)
    if not os.path.exists(path):
        run(sys.executable, os.path.join(HERE, "inputs.py"), shape, path + ".new")
        os.rename(path + ".new", path)
    return path


def size_of(path):
    files = [path] if os.path.isfile(path) else [os.path.join(path, name) for name in os.listdir(path)]
    return sum(os.path.getsize(file) for file in files)


def measure(command, threads=1, silent=False):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads))
    how = "measure-silent" if silent else "measure"
    # Outside of any repository, whose files would be listed.
    done = subprocess.run([PEERS, how, *command], check=True, capture_output=True, text=True, env=environment, cwd="/")
    first, cases = done.stdout.split("\n")[:2]
    seconds, _, kib = first.split()
    return float(seconds), int(kib), cases


def row(name, base, other, pairs, threads=1, against=False):
    """`other` in the time of `base`; the other way round with `against`: how many times as long the peer takes."""
    ratios, peaks, cases = [], [], set()
    for _ in range(pairs):
        one, _, count = measure(base)
        two, kib, same = measure(other, threads)
        cases |= {count, same}
        ratios.append(two / one)
        peaks.append(kib)
    if len(cases) != 1:
        sys.exit("%s: they do not see the same cases: %s" % (name, sorted(cases)))
    show(name, ratios, peaks, "x ours" if against else "x F")


def program(name, base, path, pairs, threads=2):
    """`inspect`, as a user types it, with its output dropped, in the time of `base`."""
    ratios, peaks = [], []
    for _ in range(pairs):
        one, _, _ = measure(base)
        two, kib, _ = measure([OURS, "inspect", path], threads, silent=True)
        ratios.append(two / one)
        peaks.append(kib)
    show(name, ratios, peaks, "x F")


def show(name, ratios, peaks, what):
    pairs = len(ratios)
    ratio, spread = statistics.median(ratios), statistics.quantiles(ratios, n=4) if pairs > 1 else [0, 0, 0]
    print("%-52s %6.2f %-6s (%.2f to %.2f)  %6.1f MiB" % (name, ratio, what, spread[0], spread[2], statistics.median(peaks) / MIB), flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--pairs", type=int, default=15)
    arguments.add_argument("--inputs")
    options = arguments.parse_args()
    prepare()
    paths = {shape: input_of(shape, options.inputs) for shape in ["small", "big", "out", "giant", "million"]}
    print("%s, %s, %d processors" % (datetime.date.today(), platform.machine(), os.cpu_count()))
    for shape, path in paths.items():
        print("%-8s %7.1f MB" % (shape, size_of(path) / 1e6))
    print("F: a bare quick-xml event loop over the mapped file, whole process; median (quartiles) of %d pairs; peak memory" % options.pairs)
    floor = lambda shape: [PEERS, "floor", paths[shape]]
    ours = lambda shape, what="cases": [OURS, what, paths[shape]]
    pairs = options.pairs
    few = max(3, pairs // 3)
    row("big: F itself", floor("big"), floor("big"), pairs)
    for shape in ["big", "small", "out", "giant", "million"]:
        program("inspect " + shape, floor(shape), paths[shape], pairs if shape in ["big", "small"] else few)
    row("big: read", floor("big"), ours("big"), pairs)
    row("big: read, and made into records", floor("big"), ours("big", "records"), pairs)
    row("small: read, one thread", floor("small"), ours("small"), pairs)
    row("small: read, two threads", floor("small"), ours("small"), pairs, threads=2)
    row("out: read", floor("out"), ours("out"), few)
    row("giant: read", floor("giant"), ours("giant"), few)
    row("million: read", floor("million"), ours("million"), few)
    row("million: read, and made into records", floor("million"), ours("million", "records"), few)
    row("big: junit-parser 1.7.0", ours("big"), [PEERS, "junit-parser", paths["big"]], pairs, against=True)
    row("big: junit-parser 1.7.0 with our allocator", ours("big"), [OURS, "junit-parser", paths["big"]], pairs, against=True)
    row("big: quick-junit 0.8.0", ours("big"), [PEERS, "quick-junit", paths["big"]], pairs, against=True)
    row("big: junitparser 3.2.0 (Python)", ours("big"), [PYTHON, "-c", JUNITPARSER, paths["big"]], pairs, against=True)


if __name__ == "__main__":
    main()
