"""A baseline silences what it lists, and tells what it lists in vain."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fkguard.errors import BadSetting
from fkguard.lint import baseline
from fkguard.lint.baseline import Scope
from fkguard.reports import Entry

OLD = Entry(
    id="E101",
    slug="unique_member_dropped",
    level="error",
    message="Removing library_book.series drops unique book_place (series, number).",
    app_label="library",
    migration="0002_without_series",
    operation=1,
    file="library/migrations/0002_without_series.py",
    line=9,
    vendors=("postgresql",),
    table="library_book",
    constraint="book_place",
)
NEW = replace(OLD, migration="0003_other", constraint="book_number")
ALL = Scope(is_whole=True, vendors=frozenset({"postgresql"}))


def write(path: Path, *entries: Entry) -> Path:
    path.write_text(baseline.written(entries), encoding="utf-8")
    return path


def with_entry(entry: Any) -> str:
    return json.dumps({"version": 1, "entries": [entry]})


def gone(path: Path) -> Entry:
    return Entry(
        id="W007",
        slug="baseline_unmatched",
        level="warning",
        message=(
            "The baseline's entry of E101 for book_place in "
            "library.0002_without_series matches nothing."
        ),
        hint="Remove it from the baseline, or regenerate the baseline.",
        file=path.name,
        table="library_book",
        constraint="book_place",
    )


def test_listed_is_silent_and_new_is_reported(tmp_path: Path) -> None:
    known = baseline.read(write(tmp_path / "baseline.json", OLD))

    assert known.filtered([OLD, NEW], ALL) == ((NEW,), 1)


def test_listed_is_silent_after_it_moved(tmp_path: Path) -> None:
    known = baseline.read(write(tmp_path / "baseline.json", OLD))
    moved = replace(OLD, line=80, operation=4, message="Other words.")

    assert known.filtered([moved], ALL) == ((), 1)


def test_listed_in_vain_is_reported(tmp_path: Path) -> None:
    path = write(tmp_path / "baseline.json", OLD)

    assert baseline.read(path).filtered([], ALL) == ((gone(path),), 0)


@pytest.mark.parametrize(
    "scope",
    [
        replace(ALL, is_whole=False, migrations=frozenset({"library.0003_other"})),
        replace(ALL, unread=frozenset({"library"})),
        replace(ALL, vendors=frozenset({"mysql:8.4"})),
        replace(ALL, directions=frozenset({"backwards"})),
    ],
    ids=["migrations", "apps", "vendors", "directions"],
)
def test_what_was_not_looked_at_is_not_called_gone(
    scope: Scope, tmp_path: Path
) -> None:
    known = baseline.read(write(tmp_path / "baseline.json", OLD))

    assert known.filtered([], scope) == ((), 0)


def test_listed_in_vain_in_a_migration_that_was_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "baseline.json", OLD)
    scope = replace(ALL, is_whole=False, migrations=frozenset({OLD.label}))

    assert baseline.read(path).filtered([], scope) == ((gone(path),), 0)


def test_version_of_a_server_is_not_another_database(tmp_path: Path) -> None:
    path = write(tmp_path / "baseline.json", OLD)
    scope = Scope(is_whole=True, vendors=frozenset({"postgresql:15"}))

    assert baseline.read(path).filtered([], scope) == ((gone(path),), 0)


def test_file_is_sorted_and_says_what_it_is_about() -> None:
    data = json.loads(baseline.written([NEW, OLD]))

    assert data == {
        "version": 1,
        "about": baseline.ABOUT,
        "entries": [
            {
                "migration": "library.0002_without_series",
                "id": "E101",
                "table": "library_book",
                "constraint": "book_place",
                "vendors": ["postgresql"],
                "message": OLD.message,
                "reason": "",
            },
            {
                "migration": "library.0003_other",
                "id": "E101",
                "table": "library_book",
                "constraint": "book_number",
                "vendors": ["postgresql"],
                "message": NEW.message,
                "reason": "",
            },
        ],
    }
    assert baseline.written([OLD, NEW]) == baseline.written([NEW, OLD])


def test_one_finding_on_two_databases_is_one_entry() -> None:
    also = replace(OLD, vendors=("mysql",), message="MySQL shrinks it.")

    (entry,) = json.loads(baseline.written([OLD, also]))["entries"]

    assert entry["vendors"] == ["mysql", "postgresql"]


def test_reasons_stay_when_it_is_written_again(tmp_path: Path) -> None:
    path = write(tmp_path / "baseline.json", OLD)
    data = json.loads(path.read_text("utf-8"))
    data["entries"][0]["reason"] = "Repaired by hand in 2024."
    path.write_text(json.dumps(data), encoding="utf-8")

    again = json.loads(baseline.written([NEW, OLD], baseline.read(path)))

    assert [each["reason"] for each in again["entries"]] == [
        "Repaired by hand in 2024.",
        "",
    ]


def test_entry_may_be_written_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    entry = {
        "migration": "library.0002_without_series",
        "id": "fkguard.E101",
        "table": "library_book",
        "constraint": "book_place",
    }
    path.write_text(json.dumps({"version": 1, "entries": [entry]}), encoding="utf-8")

    assert baseline.read(path).filtered([OLD], ALL) == ((), 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "The baseline b.json is no JSON: Expecting"),
        ("[]", 'The baseline b.json must be an object with "version": 1.'),
        ('{"version": 2}', 'The baseline b.json must be an object with "version": 1.'),
        ('{"version": 1}', 'The baseline b.json must have a list of "entries".'),
        (
            with_entry(1),
            "Entry 1 of the baseline b.json must be an object.",
        ),
        (
            with_entry({"id": "E101"}),
            'Entry 1 of the baseline b.json needs a "migration".',
        ),
        (
            with_entry({"id": "E1", "migration": "a", "table": 1}),
            '"table" of entry 1 of the baseline b.json must be text.',
        ),
        (
            with_entry({"id": "E1", "migration": "a", "direction": "up"}),
            "Entry 1 of the baseline b.json has no direction 'up'.",
        ),
        (
            with_entry({"id": "E1", "migration": "a", "vendors": "mysql"}),
            '"vendors" of entry 1 of the baseline b.json must be a list.',
        ),
    ],
)
def test_what_is_no_baseline_is_refused(
    content: str, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(BadSetting) as caught:
        baseline.read(path, "b.json")

    assert str(caught.value).startswith(message)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as caught:
        baseline.read(tmp_path / "none.json", "none.json")

    assert str(caught.value) == (
        "The baseline none.json cannot be read: No such file or directory."
    )
