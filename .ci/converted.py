#!/usr/bin/env python3
"""Converts every report of testdata, and all of them together, and validates what is written.

    converted.py PROGRAM CTRF_SCHEMA

JUnit is validated against junit.xsd beside this file, CTRF against the schema that its npm package publishes.
"""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
from lxml import etree

here = Path(__file__).resolve().parent
testdata = here.parent / "testdata"
program = Path(sys.argv[1]).resolve()
junit = etree.XMLSchema(etree.parse(here / "junit.xsd"))
ctrf = jsonschema.validators.validator_for(schema := json.loads(Path(sys.argv[2]).read_text()))(schema)


def convert(to, reports):
    arguments = [program, "convert", "--allow-empty", "--to", to, *reports]
    run = subprocess.run(arguments, cwd=testdata, capture_output=True, check=False)
    # Some reports of testdata are damaged on purpose.
    if run.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(map(str, arguments))}: exit code {run.returncode}\n{run.stderr.decode()}")
    return run.stdout


def flaws(reports):
    if not junit.validate(etree.fromstring(convert("junit", reports))):
        yield from (f"{error.line}: {error.message}" for error in junit.error_log)
    yield from (f"{error.json_path}: {error.message}" for error in ctrf.iter_errors(json.loads(convert("ctrf", reports))))


written = {".xml", ".trx", ".json", ".jsonl", ".ndjson", ".tap", ".txt"}
reports = sorted(str(file.relative_to(testdata)) for file in testdata.glob("*/*") if file.suffix in written)
bad = 0
for part in [*([report] for report in reports), ["."]]:
    for flaw in list(flaws(part))[:3]:
        bad += 1
        print(f"{part[0]}: {flaw}")
print(f"{len(reports)} reports converted, {bad} flaws")
sys.exit(1 if bad or not reports else 0)
