"""A constraint is to be removed that is not there as Django asks for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations import AddConstraint, RemoveConstraint, RunPython
from syrupy.assertion import SnapshotAssertion

from fkguard.errors import Refused
from fkguard.schema import events
from fkguard.schema.consequences import NOT_FOUND
from fkguard.schema.constraints import Unique
from tests.harness import Lab
from tests.hazards.cases import MYSQL, POSTGRESQL, a_case, words
from tests.scenarios.builders import create, integer, text, unique

NUMBER = Unique(name="book_number", columns=("number",))
REMOVED = events.RemoveConstraint(
    table="library_book", constraint=NUMBER, lookup=events.BY_NAME
)


def test_other_name(snapshot: SnapshotAssertion) -> None:
    other = Unique(name="book_once", columns=("number",))
    case = a_case(
        POSTGRESQL, NOT_FOUND, REMOVED, NUMBER, becomes=other, error="does not exist"
    )

    found = words(case)
    assert found.id == "E211"
    assert found == snapshot


def test_absent() -> None:
    case = a_case(MYSQL, NOT_FOUND, REMOVED, NUMBER, error="1091")

    assert words(case).message == (
        "Removing UNIQUE book_number (number) from library_book fails: "
        "library_book has no such constraint."
    )
    assert words(case).instead[0] == "# in the migration; then nothing is removed:"


RENAMES = {
    "postgresql": "ALTER TABLE testapp_book RENAME CONSTRAINT book_number TO book_once",
    "mysql": "ALTER TABLE testapp_book RENAME INDEX book_number TO book_once",
}
DROPS = {
    "postgresql": "ALTER TABLE testapp_book DROP CONSTRAINT book_number",
    "mysql": "ALTER TABLE testapp_book DROP INDEX book_number",
}


def _prepare(lab: Lab, statement: dict[str, str], *more: RunPython) -> None:
    lab.apply(
        [
            create("Book", title=text(), number=integer()),
            AddConstraint("Book", unique("book_number", "number")),
        ]
    )
    lab.execute(statement[lab.connection.vendor])
    lab.write(
        [
            AddConstraint("Book", unique("book_title", "title")),
            *more,
            RemoveConstraint("Book", "book_number"),
        ]
    )


def _uniques(lab: Lab) -> list[str]:
    return sorted(line for line in lab.snapshot().constraints() if "UNIQUE" in line)


def restore(apps: Any, schema_editor: Any) -> None:
    schema_editor.add_constraint(
        apps.get_model("testapp", "Book"), unique("book_number", "number")
    )


servers = pytest.mark.flavours("postgresql", "mysql", "mariadb")


@servers
@pytest.mark.parametrize("statement", [RENAMES, DROPS])
def test_fails_without_fkguard(lab: Lab, statement: dict[str, str]) -> None:
    _prepare(lab, statement)

    outcome = lab.migrate(mode="off")

    assert outcome.error is not None
    assert not isinstance(outcome.error, Refused)


@servers
@pytest.mark.parametrize("statement", [RENAMES, DROPS])
def test_strict_refuses_before_the_first_statement(
    lab: Lab, statement: dict[str, str]
) -> None:
    _prepare(lab, statement)

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused)
    assert "fkguard.E211" in str(outcome.error)
    assert outcome.is_untouched


@servers
def test_auto_removes_the_one_that_is_meant(lab: Lab) -> None:
    _prepare(lab, RENAMES)

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, str(outcome)
    assert _uniques(lab) == ["testapp_book: UNIQUE (title) [book_title]"]


@servers
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_code_before_it_may_have_settled_it(lab: Lab, mode: str) -> None:
    _prepare(lab, DROPS, RunPython(restore, RunPython.noop, atomic=False))

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, str(outcome)
    assert _uniques(lab) == ["testapp_book: UNIQUE (title) [book_title]"]
