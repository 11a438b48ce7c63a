"""A table that declares the same unique twice, which PostgreSQL makes once."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError
from django.db.migrations import CreateModel, RemoveConstraint

from fkguard.errors import Refused
from tests.harness import Lab
from tests.scenarios.builders import create, integer, unique

pytestmark = pytest.mark.flavours("postgresql")

BOOK = create(
    "Book",
    series=integer(),
    number=integer(),
    options={
        "constraints": [
            unique("book_place", "series", "number"),
            unique("book_again", "series", "number"),
        ]
    },
)
SHELF = create("Shelf", options={"constraints": [unique("shelf_key", "id")]})


def test_without_the_guard_the_second_is_not_made(lab: Lab) -> None:
    lab.apply([BOOK])

    lab.write([RemoveConstraint("Book", "book_again")])

    assert isinstance(lab.migrate(mode="off").error, ProgrammingError)


def test_without_the_guard_the_primary_key_goes_by_the_other_name(lab: Lab) -> None:
    lab.apply([SHELF])
    keys = [each for each in lab.snapshot().constraints() if "PRIMARY KEY" in each]

    lab.write([RemoveConstraint("Shelf", "shelf_key")])
    lab.migrate(mode="off")

    left = lab.snapshot().constraints()
    assert [each for each in keys if not left[each]]


@pytest.mark.parametrize("table", [BOOK, SHELF])
def test_strict_refuses_the_second(lab: Lab, table: CreateModel) -> None:
    lab.write([table])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused)
    assert [each.id for each in outcome.error.messages] == ["fkguard.E501"]
    assert outcome.is_untouched


@pytest.mark.parametrize("table", [BOOK, SHELF])
def test_auto_tells_of_it(
    lab: Lab, table: CreateModel, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write([table])

    assert lab.migrate(mode="auto").error is None

    assert "fkguard.E501" in caplog.text


def test_second_that_the_same_run_takes_back_is_refused_as_well(lab: Lab) -> None:
    lab.write([BOOK], [RemoveConstraint("Book", "book_again")])

    outcome = lab.migrate(mode="strict")

    assert isinstance(outcome.error, Refused)
    assert outcome.is_untouched


@pytest.mark.parametrize("mode", ["strict", "auto"])
def test_primary_key_of_that_name_is_kept(lab: Lab, mode: str) -> None:
    lab.apply([SHELF])
    lab.write([RemoveConstraint("Shelf", "shelf_key")])

    outcome = lab.migrate(mode=mode)

    assert isinstance(outcome.error, Refused)
    assert "PRIMARY KEY" in str(outcome.error)
    assert outcome.is_untouched
