"""``sqlmigrate`` prints Django's SQL, with remarks between its lines."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from django.core.management import call_command
from django.db.migrations import AddField, RunPython
from django.db.migrations.operations.base import Operation

from tests import operations
from tests.harness import FLAVOUR, Lab, Scenario
from tests.scenarios import of_this_leg
from tests.scenarios.builders import integer
from tests.test_plans import BOOK, HARMLESS, REMOVE

REMARK = "-- fkguard"


def sql(
    key: tuple[str, str], mode: str, monkeypatch: pytest.MonkeyPatch, **options: bool
) -> str:
    output = io.StringIO()
    monkeypatch.setenv("FKGUARD_MODE", mode)
    call_command("sqlmigrate", *key, stdout=output, no_color=True, **options)
    return output.getvalue()


def without_remarks(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith(REMARK)]


def scenarios() -> list[Scenario]:
    """Return one dangerous scenario of each hazard."""
    found: dict[str, Scenario] = {}
    for each in of_this_leg(harmless=False):
        if each.change and not each.unapply:
            found.setdefault(each.hazard, each)
    return list(found.values())


@pytest.mark.parametrize("scenario", scenarios(), ids=str)
def test_sql_is_the_same_save_for_remarks(
    scenario: Scenario, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.write(*scenario.history, *scenario.change)

    for key in lab.steps:
        try:
            plain = sql(key, "off", monkeypatch)
        except Exception as error:  # noqa: BLE001 - Django's own, the same with both
            with pytest.raises(type(error)):
                sql(key, "strict", monkeypatch)
            continue
        for mode in ("strict", "auto", "warn"):
            guarded = sql(key, mode, monkeypatch)
            assert without_remarks(guarded) == plain.splitlines()
            assert "could not judge" not in guarded
        assert REMARK not in plain


def test_danger_is_remarked(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write([BOOK], [HARMLESS, REMOVE])

    remarks = [
        line
        for line in sql(lab.steps[-1], "strict", monkeypatch).splitlines()
        if line.startswith(REMARK)
    ]

    assert len(remarks) == 1
    assert remarks[0].startswith("-- fkguard.E101: ")
    assert "book_place" in remarks[0]


@pytest.mark.parametrize(
    "change",
    [
        [HARMLESS],
        [AddField("Book", "pages", integer())],
        [RunPython(operations.nothing)],
    ],
    ids=["removed", "added", "code"],
)
def test_what_is_harmless_has_no_remark(
    change: Sequence[Operation], lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.write([BOOK], change)

    assert REMARK not in sql(lab.steps[-1], "strict", monkeypatch)


def test_backwards_is_the_same(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.write([BOOK], [HARMLESS, AddField("Book", "pages", integer())])

    plain = sql(lab.steps[-1], "off", monkeypatch, backwards=True)

    guarded = sql(lab.steps[-1], "strict", monkeypatch, backwards=True)
    assert guarded == plain


def test_database_stays_as_it_was(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.apply([BOOK])
    lab.write([REMOVE])
    before = lab.snapshot()

    text = sql(lab.steps[-1], "auto", monkeypatch)

    assert lab.snapshot() == before
    assert ("DROP COLUMN" in text) or FLAVOUR == "sqlite"
