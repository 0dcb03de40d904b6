#!/usr/bin/env python3
"""Counts the case elements of every report below this directory, as written.

Writes counts.tsv. One state per case: a child <error> wins over <failure>,
<failure> over <skipped>; without any of them, an attribute that says the case
was not run makes it skipped. Nothing is merged, no attribute of a suite is read.
"""
import pathlib
import xml.etree.ElementTree as ET

HERE = pathlib.Path(__file__).resolve().parent
NOT_RUN = {
    "status": {"notrun", "disabled", "skipped"},
    "result": {"suppressed", "skipped"},
}


def state(case):
    children = {child.tag for child in case}
    for tag in ("error", "failure", "skipped"):
        if tag in children:
            return tag
    if any((case.get(name) or "").lower() in values for name, values in NOT_RUN.items()):
        return "skipped"
    return "passed"


def testng_state(case):
    return {"FAIL": "failure", "SKIP": "skipped"}.get(case.get("status"), "passed")


def xunit_state(case):
    return {"Fail": "failure", "Skip": "skipped"}.get(case.get("result"), "passed")


def nunit_state(case):
    """NUnit 2 says in words how a case ended, NUnit 3 in an attribute of few values."""
    result = case.get("result")
    if result in ("Error", "NotRunnable"):
        return "error"
    if result in ("Failure", "Failed"):
        return "failure"
    if result in ("Ignored", "Inconclusive", "Skipped") or case.get("executed") == "False":
        return "skipped"
    return "passed"


def trx_state(case):
    skipped = {"NotExecuted", "Inconclusive", "Pending"}
    outcome = case.get("outcome")
    return "failure" if outcome == "Failed" else "skipped" if outcome in skipped else "passed"


def states_of(root):
    """TestNG's own format has test-method elements; set-up methods are no tests."""
    if root.tag == "assemblies":
        return [xunit_state(case) for case in root.iter("test")]
    if root.tag in ("test-results", "test-run"):
        return [nunit_state(case) for case in root.iter("test-case")]
    if root.tag.endswith("}TestRun"):
        space = root.tag[: root.tag.index("}") + 1]
        return [trx_state(case) for case in root.iter(space + "UnitTestResult")]
    if root.tag == "testng-results":
        methods = root.iter("test-method")
        return [testng_state(case) for case in methods if case.get("is-config") != "true"]
    return [state(case) for case in root.iter("testcase")]


def main():
    rows = ["file\tproducer\ttests\tfailures\terrors\tskipped"]
    for path in sorted([*HERE.glob("*/*.xml"), *HERE.glob("*/*.trx")]):
        states = states_of(ET.parse(path).getroot())
        file = path.relative_to(HERE)
        numbers = [len(states)] + [states.count(s) for s in ("failure", "error", "skipped")]
        rows.append("\t".join([file.as_posix(), file.parts[0], *map(str, numbers)]))
    (HERE / "counts.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


main()
