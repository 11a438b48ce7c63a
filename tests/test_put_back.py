"""Rows in the way of a unique that auto puts back are counted before the plan."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import connection
from django.db.migrations import AddField, RemoveField, RenameField
from django.db.migrations.operations.base import Operation
from django.db.models import IntegerField

from fkguard.checks import check_databases
from fkguard.errors import Refused
from fkguard.recovery.ledger import Ledger
from tests.harness import Lab
from tests.scenarios.builders import create, integer

ITEM = create(
    "Item",
    shelf=integer(),
    place=integer(),
    other=integer(),
    options={"unique_together": {("shelf", "place")}},
)
BACK: list[Operation] = [
    RemoveField("Item", "place"),
    AddField("Item", "place", integer()),
]
RENAMED: list[Operation] = [
    RemoveField("Item", "place"),
    RenameField("Item", "other", "place"),
]
each_way = pytest.mark.parametrize("steps", [BACK, RENAMED], ids=["back", "renamed"])


def start(lab: Lab, *rows: tuple[int, int, int]) -> None:
    lab.apply([ITEM])
    for number, (shelf, place, other) in enumerate(rows, start=1):
        lab.execute(
            "INSERT INTO testapp_item (id, shelf, place, other) "
            f"VALUES ({number}, {shelf}, {place}, {other})"
        )


@each_way
def test_plan_over_equal_rows_is_refused_before_it_starts(
    lab: Lab, steps: Sequence[Operation]
) -> None:
    start(lab, (7, 1, 5), (7, 2, 5), (8, 1, 5))
    lab.write(list(steps))

    outcome = lab.migrate(mode="auto")

    assert isinstance(outcome.error, Refused), f"\n{outcome}"
    assert outcome.is_untouched
    assert [each.id for each in outcome.error.messages if each.level >= 40] == [
        "fkguard.E316"
    ]
    key = "(7): 2 rows" if steps is BACK else "(7, 5): 2 rows"
    assert key in str(outcome.error)


@each_way
@pytest.mark.usefixtures("uncounted_rows")
def test_rows_that_nobody_counts_stop_it_in_the_middle(
    lab: Lab, steps: Sequence[Operation]
) -> None:
    start(lab, (7, 1, 5), (7, 2, 5))
    lab.write(list(steps))

    outcome = lab.migrate(mode="auto")

    assert "cannot put UNIQUE" in str(outcome.error), f"\n{outcome}"


@pytest.mark.flavours("mysql", "mariadb")
@pytest.mark.usefixtures("uncounted_rows")
def test_unique_that_rows_forbid_is_owed_until_they_are_settled(lab: Lab) -> None:
    start(lab, (7, 1, 5), (7, 2, 5))
    lab.write(BACK)
    assert "(7, 0): 2 rows" in str(lab.migrate(mode="auto").error)

    [owed] = Ledger(connection).owed()
    [check] = check_databases(None, databases=["default"])

    assert owed.constraint.columns == ("shelf", "place")
    assert check.id == "fkguard.E005"
    # The next run refuses in strict. In auto it settles what is owed first.
    assert "fkguard.E005" in str(lab.migrate(mode="strict").error)
    lab.execute("UPDATE testapp_item SET place = id")
    settled = lab.migrate(("testapp", "0001_step"), mode="auto")
    assert settled.error is None, f"\n{settled}"
    assert Ledger(connection).owed() == []
    twice = "INSERT INTO testapp_item (shelf, place, other) VALUES (9, 9, 9)"
    assert lab.is_enforced(twice, twice)


@each_way
def test_unique_is_put_back_over_rows_that_differ(
    lab: Lab, steps: Sequence[Operation], caplog: pytest.LogCaptureFixture
) -> None:
    start(lab, (7, 1, 5), (8, 2, 5))
    lab.write(list(steps))

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
    assert "W402" not in caplog.text


def test_rows_that_get_no_value_are_never_equal(lab: Lab) -> None:
    start(lab, (7, 1, 5), (7, 2, 5))
    nothing = IntegerField(null=True)
    lab.write([RemoveField("Item", "place"), AddField("Item", "place", nothing)])

    outcome = lab.migrate(mode="auto")

    assert outcome.error is None, f"\n{outcome}"
