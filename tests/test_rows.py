"""Rows that stand in the way are counted before the plan, or before the statement."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.db.migrations import (
    AddField,
    AlterField,
    AlterModelTable,
    RenameField,
    RunPython,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext

from fkguard.errors import Refused
from tests import operations
from tests.harness import Lab
from tests.scenarios.builders import create, integer, key
from tests.scenarios.h37 import AUTHOR, LOOSE, ROWS, SWITCH_ON


def start(lab: Lab, *operations: Operation, rows: list[str] = ROWS) -> None:
    [first] = lab.write(list(operations))
    assert lab.migrate(first).error is None
    lab.execute(*rows)


@pytest.mark.parametrize("mode", ["strict", "auto"])
@pytest.mark.parametrize(
    "work",
    [RunPython(operations.nothing), RunSQL("UPDATE testapp_book SET id = id")],
    ids=["code", "sql"],
)
def test_rows_that_the_plan_leaves_are_refused_right_before_the_statement(
    lab: Lab, mode: str, work: Operation
) -> None:
    start(lab, AUTHOR, LOOSE)
    lab.write([work], [SWITCH_ON])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "fkguard.E312" in str(outcome.error)
    assert "(7): 2 rows" in str(outcome.error)
    assert "this operation was not run" in str(outcome.error)
    assert outcome.changes == ["+ migration testapp.0002"]


def test_table_and_column_that_the_plan_renames_are_followed(lab: Lab) -> None:
    start(lab, AUTHOR, LOOSE)
    lab.write(
        [AlterModelTable("Book", "volumes"), RenameField("Book", "author", "writer")],
        [AlterField("Book", "writer", key("Author", null=True))],
    )

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "(7): 2 rows" in str(outcome.error)


def test_referenced_table_that_the_plan_makes_has_no_rows(lab: Lab) -> None:
    start(
        lab,
        create("Book", author=models.BigIntegerField(db_column="author_id", null=True)),
        rows=["INSERT INTO testapp_book (id, author_id) VALUES (1, 3)"],
    )
    lab.write([AUTHOR], [SWITCH_ON])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "1 row references nothing there: (3): 1 row" in str(outcome.error)


def test_new_table_is_not_asked_for_rows(lab: Lab) -> None:
    lab.write([AUTHOR, LOOSE], [AddField("Book", "number", integer())], [SWITCH_ON])

    with CaptureQueriesContext(connection) as queries:
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    before = next(q["sql"] for q in queries if "CREATE TABLE" in q["sql"])
    asked = [q["sql"] for q in queries]
    assert not [q for q in asked[: asked.index(before)] if "NOT EXISTS" in q]


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_editor_outside_a_migration_is_judged(
    lab: Lab, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(lab, AUTHOR, LOOSE)
    state = ProjectState()
    for operation in (AUTHOR, LOOSE):
        operation.state_forwards("testapp", state)
    later = state.clone()
    SWITCH_ON.state_forwards("testapp", later)
    before = lab.snapshot()

    monkeypatch.setenv("FKGUARD_MODE", mode)

    def alter() -> None:
        with connection.schema_editor() as editor:
            SWITCH_ON.database_forwards("testapp", editor, state, later)

    with pytest.raises(Refused, match="E312"):
        alter()

    assert lab.snapshot() == before
