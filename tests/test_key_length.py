"""Keys of tables that have an old row format (MySQL, MariaDB)."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import AddConstraint, AddField, AlterField, RunSQL
from django.db.migrations.operations.base import Operation

from fkguard.errors import Refused
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, integer, unique

pytestmark = pytest.mark.flavours("mysql", "mariadb")

BOOK = create(
    "Book",
    title=models.CharField(max_length=255, default=""),
    short=models.CharField(max_length=191, default="", unique=True),
)
TITLE_IS_UNIQUE = AddConstraint("Book", unique("book_title", "title"))
LONGER = AlterField("Book", "short", models.CharField(max_length=192, unique=True))
INDEXED = AlterField("Book", "title", models.CharField(max_length=255, db_index=True))
OLD = "ALTER TABLE testapp_book ROW_FORMAT = COMPACT"
each_too_long = pytest.mark.parametrize(
    "operation",
    [TITLE_IS_UNIQUE, LONGER, INDEXED],
    ids=["constraint", "longer", "index"],
)


def start(lab: Lab, *statements: str) -> None:
    lab.apply([BOOK])
    lab.execute(*statements)


@each_too_long
def test_without_the_guard(lab: Lab, operation: Operation) -> None:
    start(lab, OLD)
    lab.write([AddField("Book", "number", integer())], [operation])

    outcome = lab.migrate(mode="off")

    error = "1709" if FLAVOUR == "mariadb" else "1071"
    assert error in str(outcome.error)
    assert not outcome.is_untouched


@each_too_long
@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_column_that_is_too_long_is_refused(
    lab: Lab, operation: Operation, mode: str
) -> None:
    start(lab, OLD)
    lab.write([AddField("Book", "number", integer())], [operation])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert "fkguard.E321" in str(outcome.error)
    assert "ROW_FORMAT = DYNAMIC" in str(outcome.error)
    assert outcome.is_untouched


@each_too_long
def test_table_with_the_format_of_today_is_left_alone(
    lab: Lab, operation: Operation
) -> None:
    start(lab)
    lab.write([operation])

    assert lab.migrate(mode="strict").error is None


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_key_of_short_columns_is_left_alone(lab: Lab, mode: str) -> None:
    start(lab, OLD)
    both = unique("book_both", "short", "id")
    lab.write([AddConstraint("Book", both), AddField("Book", "number", integer())])

    assert lab.migrate(mode=mode).error is None


def test_conversion_in_the_plan_settles_it(lab: Lab) -> None:
    start(lab, OLD)
    lab.write(
        [RunSQL("ALTER TABLE testapp_book ROW_FORMAT = DYNAMIC")], [TITLE_IS_UNIQUE]
    )

    assert lab.migrate(mode="strict").error is None
