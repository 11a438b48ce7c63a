"""A rebuild on SQLite that fails in a migration with ``atomic = False``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, models
from django.db.migrations import AddField, AlterField

from tests.harness import Lab, Step
from tests.scenarios.builders import create, integer

pytestmark = pytest.mark.flavours("sqlite")

REQUIRED = AlterField("Book", "number", models.IntegerField())
STEP = Step(operations=[AddField("Book", "pages", integer()), REQUIRED], atomic=False)


def start(lab: Lab) -> None:
    lab.apply([create("Book", number=models.IntegerField(null=True))])
    lab.execute("INSERT INTO testapp_book (id, number) VALUES (1, NULL)")
    lab.write(STEP)


def tables() -> set[str]:
    return {each for each in connection.introspection.table_names() if "book" in each}


@pytest.mark.usefixtures("uncounted_rows")
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_failed_rebuild_leaves_no_table_and_can_be_run_again(
    lab: Lab, mode: str
) -> None:
    start(lab)
    assert "NOT NULL" in str(lab.migrate(mode=mode).error)
    assert tables() == {"testapp_book"}
    lab.execute("UPDATE testapp_book SET number = 1")

    outcome = lab.migrate(mode=mode)

    assert outcome.error is None, f"\n{outcome}"


@pytest.mark.usefixtures("uncounted_rows")
def test_without_the_guard_the_new_table_is_left_in_the_way(lab: Lab) -> None:
    start(lab)
    lab.migrate(mode="off")
    assert tables() == {"testapp_book", "new__testapp_book"}
    lab.execute(
        "UPDATE testapp_book SET number = 1", "ALTER TABLE testapp_book DROP pages"
    )

    outcome = lab.migrate(mode="off")

    assert "already exists" in str(outcome.error)
    lab.execute("DROP TABLE new__testapp_book")


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_rows_are_there_if_a_rebuild_ends_before_its_last_statement(
    lab: Lab, mode: str
) -> None:
    start(lab)
    lab.execute("UPDATE testapp_book SET number = 1")

    def stop(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if sql.startswith('ALTER TABLE "new__testapp_book" RENAME'):
            raise OperationalError("stopped")
        return execute(sql, *args)

    with connection.execute_wrapper(stop):
        assert "stopped" in str(lab.migrate(mode=mode).error)

    assert tables() == {"testapp_book"}
    outcome = lab.migrate(mode=mode)
    assert outcome.error is None, f"\n{outcome}"
