"""JUnit's XML: one test case for each migration that was looked at."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from .entries import Entry, Level, Problem, Report, fails, in_order
from .plain import where_of

#: What XML 1.0 cannot hold, even escaped.
_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(report: Report, fail_level: Level) -> str:
    """Return a test suite; what is below `fail_level` is output, not a failure."""
    suite = ElementTree.Element("testsuite", name="fkguard lint")
    cases: dict[str, ElementTree.Element] = {}

    def case(app_label: str, migration: str, file: str) -> ElementTree.Element:
        key = f"{app_label}.{migration}"
        if key not in cases:
            given = {"classname": app_label or "fkguard", "name": migration or "lint"}
            if file:
                given["file"] = file
            cases[key] = ElementTree.SubElement(suite, "testcase", given, time="0")
        return cases[key]

    for each in report.migrations:
        case(each.app_label, each.migration, each.file)
    failed = set()
    for entry in in_order(report.entries):
        element = case(entry.app_label, entry.migration, entry.file)
        if fails(entry, fail_level):
            failed.add(element)
            _add(element, "failure", entry)
    for entry in in_order(report.entries):
        if not fails(entry, fail_level):
            element = case(entry.app_label, entry.migration, entry.file)
            out = element.find("system-out")
            if out is None:
                out = ElementTree.SubElement(element, "system-out")
            out.text = (out.text or "") + _words(entry)
    errors = set()
    for problem in report.problems:
        element = case(problem.app_label, problem.migration, problem.file)
        errors.add(element)
        _add_error(element, problem)
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(failed - errors)))
    suite.set("errors", str(len(errors)))
    suite.set("skipped", "0")
    suite.set("time", "0")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(
        root, encoding="unicode"
    )


def _add(case: ElementTree.Element, name: str, entry: Entry) -> None:
    given = {"type": entry.code, "message": _clean(entry.message)}
    ElementTree.SubElement(case, name, given).text = _words(entry)


def _add_error(case: ElementTree.Element, problem: Problem) -> None:
    message = _clean(problem.message)
    given = {"type": "fkguard.not_judged", "message": message}
    ElementTree.SubElement(case, "error", given).text = message


def _words(entry: Entry) -> str:
    parts = [f"{where_of(entry)}: {entry.code}: {entry.message}", entry.hint]
    if entry.url and entry.url not in entry.hint:
        parts.append(f"See {entry.url}")
    return _clean("\n".join([*filter(None, parts), ""]))


def _clean(value: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", value)
