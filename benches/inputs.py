#!/usr/bin/env python3
"""Creates reports for measurements: the same bytes for the same arguments, on every machine.

    inputs.py small DIR               2,000 files of 50 cases, one suite each, with its properties
    inputs.py big FILE                100,000 cases, 2 % failures with a trace of 40 lines, 5 % with console output
    inputs.py out FILE                10,000 cases, 480 MiB, nearly all of it console output, six properties a case
    inputs.py giant FILE              three cases, each with console output of 96 MiB
    inputs.py million FILE            1,000,000 cases, as big, but without failures
    inputs.py ctrf FILE               100,000 tests of the Common Test Report Format, 2 % failures with a trace
    inputs.py go FILE                 60,000 tests of `go test -json`, with their output
    inputs.py tap FILE                120,000 points of TAP 14, each with a diagnostic in YAML
"""
import json
import os
import random
import sys
from xml.sax.saxutils import quoteattr

AREAS = "billing auth search checkout inventory scheduler mail.api net.http ui.forms report.pdf".split()
THINGS = "Invoice Session Query Basket Stock Gateway Timer Export Form Client Token Ledger".split()
DEEDS = "creates rejects updates retries parses expires renders locks merges checks".split()
WHEN = ["when empty", "with no input", "on timeout", "after a restart", "for admins", "twice", "with é and 漢字"]
FRAMES = ["java.base/java.util.ArrayList", "org.junit.platform.engine.support.hierarchical.NodeTestTask"]
MIB = 1024 * 1024


class Report:
    def __init__(self, path, seed):
        self.dice = random.Random(seed)
        self.file = open(path, "w", encoding="utf-8", newline="\n")
        self.logged = "".join(self.line() for _ in range(4000))

    def write(self, text):
        self.file.write(text)

    def line(self):
        dice = self.dice
        said = dice.choice([
            "handled %s %d in %d ms, %d left in the queue" % (dice.choice(THINGS), dice.randrange(10**6), dice.randrange(999), dice.randrange(400)),
            "GET /%s/%d gave %d" % (dice.choice(AREAS), dice.randrange(10**5), dice.choice([200, 404, 500])),
            '{"id":%d,"tags":["a","b"],"of":"%s & sons"}' % (dice.randrange(10**6), dice.choice(THINGS)),
            "<row id='%d'><v>%d</v></row> é 漢字" % (dice.randrange(999), dice.randrange(999)),
        ])
        return "2026-07-%02d 12:%02d:%02d.%03d [worker-%d] INFO com.acme.%s.%sService - %s\n" % (
            dice.randrange(1, 29), dice.randrange(60), dice.randrange(60), dice.randrange(1000), dice.randrange(1, 17),
            dice.choice(AREAS), dice.choice(THINGS), said)

    def log(self, size):
        start = self.logged.index("\n", self.dice.randrange(len(self.logged) // 2)) + 1
        text = self.logged[start:start + min(size, MIB // 8)]
        while len(text) < size:
            text += self.logged[: min(len(self.logged), size - len(text))]
        return "<system-out><![CDATA[%s]]></system-out>\n" % text.replace("]]>", "")

    def name(self, number):
        words = "%s %s %s %d" % (self.dice.choice(DEEDS), self.dice.choice(THINGS).lower(), self.dice.choice(WHEN), number)
        kind = self.dice.random()
        if kind < 0.15:
            return 'with["a" <b> & c, %d] %s' % (number, words)
        return words.replace(" ", "_") + "()" if kind < 0.75 else words

    def frames(self, test):
        dice, what = self.dice, "expected: <%d> but was: <%d>" % (self.dice.randrange(999), self.dice.randrange(999))
        lines = ["org.opentest4j.AssertionFailedError: " + what]
        for depth in range(39):
            place = test if depth == 0 else dice.choice(FRAMES + ["com.acme.%s.%s" % (dice.choice(AREAS), dice.choice(THINGS))])
            lines.append("\tat %s.invoke(%s.java:%d)" % (place, place.rsplit(".", 1)[1], dice.randrange(10, 900)))
        return what, "\n".join(lines)

    def trace(self, test):
        what, lines = self.frames(test)
        return '<failure message=%s type="org.opentest4j.AssertionFailedError"><![CDATA[%s]]></failure>\n' % (
            quoteattr(what), lines)

    def case(self, test, number, failures, inside=""):
        kind = self.dice.random()
        if kind < failures:
            inside += self.trace(test)
        elif kind < failures + 0.01:
            inside += '<skipped message="not on this machine"/>\n'
        head = '    <testcase name=%s classname="%s" time="%.3f"' % (quoteattr(self.name(number)), test, self.dice.expovariate(8))
        self.write(head + (">\n%s    </testcase>\n" % inside if inside else "/>\n"))

    def suite(self, index, cases):
        place, thing = AREAS[index % len(AREAS)], THINGS[index // len(AREAS) % len(THINGS)]
        test = "com.acme.%s.%s%dTest" % (place, thing, index // len(AREAS) // len(THINGS))
        self.write('  <testsuite name="%s" tests="%d" failures="0" errors="0" skipped="0" time="%.3f" '
                   'timestamp="2026-07-01T12:00:00Z" hostname="runner-7">\n' % (test, cases, cases / 8))
        return test

    def properties(self, count, number):
        rows = ('<property name="meta.%d" value="%s/%d"/>\n' % (at, AREAS[at % len(AREAS)], number) for at in range(count))
        return "<properties>\n%s</properties>\n" % "".join(rows)


def whole(path, seed, cases, failures, inside, per_suite=100):
    """One file of many suites; `inside` makes the content of a case."""
    report = Report(path, seed)
    report.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="all">\n')
    for first in range(0, cases, per_suite):
        count = min(per_suite, cases - first)
        test = report.suite(first // per_suite, count)
        for number in range(first, first + count):
            report.case(test, number, failures, inside(report, number))
        report.write("  </testsuite>\n")
    report.write("</testsuites>\n")
    report.file.close()


def small(directory):
    os.makedirs(directory, exist_ok=True)
    for index in range(2000):
        report = Report(os.path.join(directory, "TEST-%04d.xml" % index), index)
        report.write('<?xml version="1.0" encoding="UTF-8"?>\n')
        test = report.suite(index, 50)
        report.write(report.properties(20, index))
        for number in range(50):
            report.case(test, number, 0.02, report.log(600) if report.dice.random() < 0.05 else "")
        report.write("  </testsuite>\n")
        report.file.close()


def some_log(report, _):
    return report.log(600) if report.dice.random() < 0.05 else ""


def ctrf(path):
    report = Report(path, 5)
    report.write('{"reportFormat":"CTRF","specVersion":"0.0.0","results":{"tool":{"name":"shop"},"summary":{"tests":100000},"tests":[\n')
    for number in range(100_000):
        test = "com.acme.%s.%sTest" % (report.dice.choice(AREAS), report.dice.choice(THINGS))
        row = {"name": report.name(number), "status": "passed", "duration": report.dice.randrange(900), "suite": test.split("."),
               "filePath": "src/%s.java" % test.replace(".", "/"), "start": 1782900000000 + number, "tags": ["fast"]}
        if report.dice.random() < 0.02:
            row["message"], row["trace"] = report.frames(test)
            row["status"] = "failed"
        report.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + (",\n" if number < 99_999 else "\n"))
    report.write("]}}\n")
    report.file.close()


def go(path):
    report = Report(path, 6)

    def event(action, package, **more):
        row = {"Time": "2026-07-01T12:00:00.000000001Z", "Action": action, "Package": package, **more}
        report.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")

    for first in range(0, 60_000, 100):
        package = "acme.com/shop/%s%d" % (report.dice.choice(AREAS), first)
        event("start", package)
        for number in range(first, first + 100):
            test, state = "Test%s%d" % (report.dice.choice(THINGS), number), "fail" if report.dice.random() < 0.02 else "pass"
            event("run", package, Test=test)
            event("output", package, Test=test, Output="=== RUN   %s\n" % test)
            if state == "fail":
                event("output", package, Test=test, Output="    shop_test.go:%d: %s" % (number, report.line()))
            event("output", package, Test=test, Output="--- %s: %s (0.01s)\n" % (state.upper(), test))
            event(state, package, Test=test, Elapsed=0.01)
        event("output", package, Output="ok  \t%s\t0.5s\n" % package)
        event("pass", package, Elapsed=0.5)
    report.file.close()


def tap(path):
    report = Report(path, 7)
    report.write("TAP version 14\n1..120000\n")
    for number in range(1, 120_001):
        has_failed = report.dice.random() < 0.02
        report.write("%s %d - %s\n  ---\n  duration_ms: %.3f\n" % (
            "not ok" if has_failed else "ok", number, report.name(number).replace("#", ""), report.dice.expovariate(0.1)))
        report.write("  location: '/srv/shop/test/%s.test.js:%d:3'\n  type: 'test'\n" % (report.dice.choice(AREAS), number % 900 + 1))
        if has_failed:
            what, lines = report.frames("com.acme.Cart")
            report.write("  error: '%s'\n  stack: |-\n" % what)
            report.write("".join("    %s\n" % line.strip() for line in lines.splitlines()))
        report.write("  ...\n")
    report.file.close()


SHAPES = {
    "small": small,
    "big": lambda path: whole(path, 1, 100_000, 0.02, some_log),
    "out": lambda path: whole(path, 2, 10_000, 0.1, lambda r, n: r.properties(6, n) + r.log(48 * 1024)),
    "giant": lambda path: whole(path, 3, 3, 0, lambda r, _: r.log(96 * MIB)),
    "million": lambda path: whole(path, 4, 1_000_000, 0, some_log),
    "ctrf": ctrf,
    "go": go,
    "tap": tap,
}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in SHAPES:
        sys.exit(__doc__)
    SHAPES[sys.argv[1]](sys.argv[2])
