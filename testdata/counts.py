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


def own_state(case):
    """The formats that a single framework writes: each says in its own words how a test ended."""
    inside = {element.tag: element for element in case.iter()}
    words = {element.get(name) for element in case.iter() for name in ("result", "Result", "type")}
    status = case.get("Status") or inside.get("status", case).get("status")
    measured = {
        measure.get("name"): measure.findtext("Value")
        for measure in case.iter("NamedMeasurement")
    }
    ended = inside.get("OverallResult", inside.get("OverallResultsAsserts"))
    if ended is not None:
        if "false" in (ended.get("success"), ended.get("test_case_success")):
            return "failure"
        return "skipped" if {"Expression", "Exception"} & set(inside) else "passed"
    if status == "notrun":
        why = measured.get("Completion Status", "")
        return "skipped" if why.startswith(("SKIP", "Disabled")) else "failure"
    if case.get("skipped") or status == "SKIP" or words & {"skip", "skipped", "Ignored"}:
        return "skipped"
    if case.get("result") == "success" or "success" in words:
        exit_status = inside["status"].get("exit-status") if "status" in inside else "0"
        return "passed" if exit_status == "0" else "skipped"
    if "Exception" in inside or words & {"error", "Error", "aborted"}:
        return "error"
    if "Error" in (case.findtext("FailureType"), case.tag):
        return "error"
    failing = {"Error", "FatalError", "failure", "CONDITION"} & set(inside)
    if failing or case.findtext("FailureType") or status in ("failed", "FAIL"):
        return "failure"
    return "failure" if words & {"fail", "failed", "failure", "Failed"} else "passed"


def cunit_states(root):
    """A record for each assertion that failed; a failing set-up instead of the tests of a suite."""
    states = []
    for suite in root.iter("CUNIT_RUN_SUITE"):
        names = {}
        for record in suite.iter("CUNIT_RUN_TEST_RECORD"):
            name = next(record.iter("TEST_NAME")).text
            names[name] = own_state(record) if name not in names else "failure"
        states += [*names.values(), *["error" for _ in suite.iter("CUNIT_RUN_SUITE_FAILURE")]]
    return states


def qt_states(root):
    """One test for each row of a function. An expected failure is followed by a pass."""
    states = []
    for function in root.iter("TestFunction"):
        rows = {}
        for said in function:
            if said.tag == "Incident" or said.get("type") == "skip":
                rows.setdefault(said.findtext("DataTag"), []).append(said.get("type"))
        for words in rows.values():
            failed = "fail" in words or "xpass" in words
            states.append("failure" if failed else "skipped" if "skip" in words else "passed")
    return states


OWN = {
    "TestLog": "TestCase",
    "TestResult": "TestCase",
    "Catch": "TestCase",
    "doctest": "TestCase",
    "TestResults": "Test",
    "unittest-results": "test",
    "gtester": "testcase",
    "robot": "test",
    "{http://check.sourceforge.net/ns}testsuites": "{http://check.sourceforge.net/ns}test",
}


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
    if root.tag in OWN:
        return [own_state(case) for case in root.iter(OWN[root.tag])]
    if root.tag == "Site":
        return [own_state(case) for case in root.iter("Test") if case.get("Status")]
    if root.tag == "TestRun":
        return [own_state(case) for case in root.iter() if case.tag in ("Test", "FailedTest")]
    if root.tag == "CUNIT_TEST_RUN_REPORT":
        return cunit_states(root)
    if root.tag in ("TestCase", "light"):
        return qt_states(root)
    cases = "testCase" if root.tag == "testExecutions" else "testcase"
    return [state(case) for case in root.iter(cases)]


def parse(path):
    """Qt's light variant has no document element."""
    text = path.read_bytes()
    try:
        return ET.fromstring(text)
    except ET.ParseError:
        return ET.fromstring(b"<light>" + text + b"</light>")


def main():
    rows = ["file\tproducer\ttests\tfailures\terrors\tskipped"]
    for path in sorted([*HERE.glob("*/*.xml"), *HERE.glob("*/*.trx")]):
        states = states_of(parse(path))
        file = path.relative_to(HERE)
        numbers = [len(states)] + [states.count(s) for s in ("failure", "error", "skipped")]
        rows.append("\t".join([file.as_posix(), file.parts[0], *map(str, numbers)]))
    (HERE / "counts.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


main()
