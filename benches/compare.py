#!/usr/bin/env python3
"""Compares our reader with a bare event loop and with other readers, and prints medians of ratios.

    python3 benches/compare.py [--pairs N] [--inputs DIR] [--only PATTERN]

Creates its inputs (about 900 MB, below `target/compare`), builds `benches/peers` and installs Python's junitparser into an
environment there. Whole processes alternate, so that other load slows all of them; a ratio is the median over the pairs.
Peak memory is that of the process, mapped files included. `--inputs` uses other files of the same names,
`--only` measures the rows whose names match a regular expression, such as `json|tap`.
"""
import argparse
import datetime
import os
import platform
import re
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


NAMES = {"small": "small", "ctrf": "ctrf.json", "go": "go.jsonl", "tap": "tap.tap"}
SHAPES = ["small", "big", "out", "giant", "million", "ctrf", "go", "tap"]


def input_of(shape, directory):
    name = NAMES.get(shape, shape + ".xml")
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


def row(name, base, other, pairs, threads=1, against=False, bare="F"):
    """`other` in the time of `base`; the other way round with `against`: how many times as long the peer takes. The base `L`
    counts lines, not cases."""
    ratios, peaks, cases = [], [], set()
    for _ in range(pairs):
        one, _, count = measure(base)
        two, kib, same = measure(other, threads)
        cases |= {count, same}
        ratios.append(two / one)
        peaks.append(kib)
    if len(cases) != 1 and bare != "L":
        sys.exit("%s: they do not see the same cases: %s" % (name, sorted(cases)))
    show(name, ratios, peaks, "x ours" if against else "x " + bare)


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
    arguments.add_argument("--only", default="", type=re.compile, metavar="PATTERN")
    options = arguments.parse_args()
    prepare()
    peer = lambda what, shape: [PEERS, what, path_of(shape)]
    floor = lambda shape: peer("floor", shape)
    ours = lambda shape, what="cases": [OURS, what, path_of(shape)]
    path_of = lambda shape: input_of(shape, options.inputs)
    pairs = options.pairs
    few = max(3, pairs // 3)
    # Name, function, its arguments: the inputs of a row are created when it is measured.
    rows = [("big: F itself", row, lambda: (floor("big"), floor("big"), pairs))]
    for shape in SHAPES[:5]:
        count = pairs if shape in ["big", "small"] else few
        rows.append(("inspect " + shape, program, lambda shape=shape, count=count: (floor(shape), path_of(shape), count)))
    rows += [
        ("big: read", row, lambda: (floor("big"), ours("big"), pairs)),
        ("big: read, and made into records", row, lambda: (floor("big"), ours("big", "records"), pairs)),
        ("small: read, one thread", row, lambda: (floor("small"), ours("small"), pairs)),
        ("small: read, two threads", row, lambda: (floor("small"), ours("small"), pairs, 2)),
        ("out: read", row, lambda: (floor("out"), ours("out"), few)),
        ("giant: read", row, lambda: (floor("giant"), ours("giant"), few)),
        ("million: read", row, lambda: (floor("million"), ours("million"), few)),
        ("million: read, and made into records", row, lambda: (floor("million"), ours("million", "records"), few)),
        ("ctrf (JSON): read", row, lambda: (peer("json", "ctrf"), ours("ctrf"), pairs, 1, False, "S")),
        ("go (JSON lines): read", row, lambda: (peer("json-lines", "go"), ours("go"), pairs, 1, False, "L")),
        ("tap (lines): read", row, lambda: (peer("lines", "tap"), ours("tap"), pairs, 1, False, "L")),
        ("big: junit-parser 1.7.0", row, lambda: (ours("big"), peer("junit-parser", "big"), pairs, 1, True)),
        ("big: junit-parser 1.7.0 with our allocator", row, lambda: (ours("big"), ours("big", "junit-parser"), pairs, 1, True)),
        ("big: quick-junit 0.8.0", row, lambda: (ours("big"), peer("quick-junit", "big"), pairs, 1, True)),
        ("big: junitparser 3.2.0 (Python)", row, lambda: (ours("big"), [PYTHON, "-c", JUNITPARSER, path_of("big")], pairs, 1, True)),
    ]
    rows = [one for one in rows if not options.only or options.only.search(one[0])]
    print("%s, %s, %d processors" % (datetime.date.today(), platform.machine(), os.cpu_count()))
    for shape in SHAPES:
        if any(shape in name.split(":")[0].split() for name, _, _ in rows):
            print("%-8s %7.1f MB" % (shape, size_of(path_of(shape)) / 1e6))
    print("F: a bare quick-xml event loop over the mapped file, whole process; median (quartiles) of %d pairs; peak memory" % pairs)
    print("S: a bare serde loop over the tests of the mapped file; L: a bare loop over its lines, with serde where they are JSON")
    for name, how, arguments in rows:
        how(name, *arguments())


if __name__ == "__main__":
    main()
