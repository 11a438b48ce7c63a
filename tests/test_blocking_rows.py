"""Rows in the way of a plan are counted once, and where that can be done alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AlterField
from django.db.migrations.operations.base import Operation
from django.db.models import Q
from django.test.utils import CaptureQueriesContext, override_settings

from fkguard.errors import Refused
from tests.harness import FLAVOUR, Lab
from tests.scenarios.builders import create, integer, text, unique
from tests.scenarios.h49 import BOOK, PAIR, ROWS
from tests.scenarios.h50 import CHECK, NOT_NULL, SMALL

NUMBERED = create("Book", number=models.IntegerField(null=True), title=text())


def counting(queries: CaptureQueriesContext) -> list[str]:
    """Return the queries that count rows in the way."""
    return [each["sql"] for each in queries if "COUNT(*) OVER ()" in each["sql"]]


def start(lab: Lab, *operations: Operation, rows: list[str]) -> None:
    lab.apply(list(operations))
    lab.execute(*rows)


@pytest.mark.parametrize(
    ("operation", "number"),
    [
        (NOT_NULL, 1),
        (CHECK, 1),
        (SMALL, 0 if FLAVOUR == "sqlite" else 1),
        (AlterField("Book", "number", integer(null=True, unique=True)), 1),
        (AddConstraint("Book", unique("book_place", "number", "title")), 1),
        (AddConstraint("Book", unique("book_place", "number", "id")), 0),
        (AddField("Book", "code", integer()), 0),
        (AlterField("Book", "number", integer(null=True)), 0),
    ],
    ids=lambda each: each.describe() if isinstance(each, Operation) else str(each),
)
def test_an_operation_asks_one_query_or_none(
    lab: Lab, operation: Operation, number: int
) -> None:
    start(
        lab,
        NUMBERED,
        rows=["INSERT INTO testapp_book (id, number, title) VALUES (1, 1, '')"],
    )
    lab.write([operation])

    with CaptureQueriesContext(connection) as queries:
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert len(counting(queries)) == number


def test_tables_of_the_plan_are_asked_for_nothing(lab: Lab) -> None:
    lab.write([NUMBERED], [NOT_NULL, CHECK], [AddField("Book", "code", text())])

    with CaptureQueriesContext(connection) as queries:
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert counting(queries) == []


def test_every_operation_is_refused_at_once(lab: Lab) -> None:
    start(
        lab,
        NUMBERED,
        rows=[
            f"INSERT INTO testapp_book (id, number, title) VALUES {values}"
            for values in ("(1, NULL, '')", "(2, -1, '')", "(3, -1, '')")
        ],
    )
    lab.write([AddConstraint("Book", unique("book_once", "number"))], [CHECK])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert "(-1): 2 rows" in str(outcome.error)
    assert "2 rows break it: id 2, id 3" in str(outcome.error)


def test_query_that_fails_is_no_finding(lab: Lab) -> None:
    """As for want of a privilege, or after a statement timeout."""
    start(lab, BOOK, rows=ROWS)
    lab.write([PAIR])

    def fail(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        if "COUNT(*) OVER ()" in sql:
            sql = "SELECT nothing FROM nowhere"
        return execute(sql, *args)

    with connection.execute_wrapper(fail):
        outcome = lab.migrate(mode="strict")

    assert outcome.error is not None
    assert not isinstance(outcome.error, Refused), f"\n{outcome}"


def test_model_of_another_database_is_left_alone(lab: Lab) -> None:
    start(lab, BOOK, rows=ROWS)
    lab.write([PAIR])

    with (
        override_settings(DATABASE_ROUTERS=["tests.operations.NotBooks"]),
        CaptureQueriesContext(connection) as queries,
    ):
        outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
    assert counting(queries) == []


@pytest.mark.flavours("postgresql")
def test_constraint_that_is_not_validated_checks_no_row(lab: Lab) -> None:
    from django.contrib.postgres.operations import AddConstraintNotValid

    start(
        lab,
        NUMBERED,
        rows=["INSERT INTO testapp_book (id, number, title) VALUES (1, -1, '')"],
    )
    check = models.CheckConstraint(condition=Q(number__gte=0), name="book_number")
    lab.write([AddConstraintNotValid("Book", check)])

    outcome = lab.migrate(mode="strict")

    assert outcome.error is None, f"\n{outcome}"
