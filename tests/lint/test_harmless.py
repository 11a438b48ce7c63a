"""What is not carried through the catalogues is what no judge finds anything in.

FKGUARD_FUZZ and FKGUARD_FUZZ_SEED are those of tests/fuzz/.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pytest
from django.db import migrations, models
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fkguard import lint
from fkguard.lint import fast_path, linter, loading, paths
from tests.fuzz.strategies import APP, Drawer
from tests.fuzz.test_histories import is_possible
from tests.scenarios.builders import create, integer

#: No database is asked.
pytestmark = pytest.mark.flavours("sqlite")
HISTORIES = int(os.environ.get("FKGUARD_FUZZ", "8"))
SEED = int(os.environ.get("FKGUARD_FUZZ_SEED", "7"))
VENDORS = ("postgresql", "mysql", "mariadb", "sqlite")
LENGTH = 25

History = Sequence[Sequence[Operation]]


def judge(history: History) -> linter.Linter:
    """Judge a history, the operations of each migration in turn, for every vendor."""
    found = loading.LoadedMigrations(migrations={}, order=[])
    # State operations change the fields they hold.
    for number, each in enumerate(copy.deepcopy(history)):
        key = (APP, f"{number:04}_step")
        found.migrations[key] = migrations.Migration(key[1], key[0])
        found.migrations[key].operations = list(each)
        found.order.append(key)
    options = lint.Options(vendors=VENDORS)
    walk = linter.Linter(found, found.order, options, paths.Paths(Path.cwd()))
    walk.run()
    return walk


def both(history: History) -> tuple[linter.Linter, linter.Linter]:
    """Judge a history with and without a look at what is harmless."""
    with mock.patch.object(fast_path.Harmless, "passes", return_value=False):
        wholly = judge(history)
    return judge(history), wholly


def told(walk: linter.Linter) -> list[object]:
    return [*walk.entries, *walk.problems]


#: A function's, which is another one in each process.
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def label(operation: Operation) -> str:
    _, args, kwargs = operation.deconstruct()
    text = f"{type(operation).__name__} {args} {kwargs}"
    return ADDRESS.sub("", text)


BOOK = create(
    "Book",
    number=integer(),
    pages=models.PositiveIntegerField(),
    series=models.CharField(max_length=30),
)
SHELF = create("Shelf", number=integer())
UNIQUE = models.UniqueConstraint(fields=["number", "pages"], name="number_pages")
LINK = models.ForeignKey(f"{APP}.Shelf", models.CASCADE, null=True)


@pytest.mark.parametrize(
    "operation",
    [
        create("Loan", number=integer(), shelf=LINK),
        ops.AddField("Book", "day", models.DateField(null=True)),
        ops.AddField("Book", "shelf", LINK),
        ops.RemoveField("Book", "series"),
        ops.RenameField("Book", "series", "cycle"),
        ops.AlterField("Book", "series", models.CharField(max_length=60)),
        ops.AlterField("Book", "pages", models.PositiveIntegerField(help_text="p")),
        ops.AddConstraint("Book", UNIQUE),
        ops.AddIndex("Book", models.Index(fields=["number"], name="number_index")),
        ops.AlterUniqueTogether("Book", {("number", "pages")}),
        ops.AlterModelOptions("Book", {"verbose_name": "tome"}),
        ops.AlterModelManagers("Book", []),
    ],
    ids=label,
)
def test_harmless(operation: Operation) -> None:
    """It is passed over, and nobody would have found anything in it."""
    one, other = both([[BOOK, SHELF], [operation]])

    name = getattr(operation, "model_name", "") or vars(operation)["name"]
    assert (APP, name.lower()) in one.harmless.stale
    assert told(one) == told(other) == []


@pytest.mark.parametrize(
    ("history", "operation"),
    [
        ([], ops.RemoveField("Book", "number")),
        ([], ops.AlterField("Book", "number", models.BigIntegerField())),
        ([], ops.RenameField("Book", "number", "place")),
        # A name that another table has, and one that another takes at once.
        ([], ops.AddConstraint("Shelf", UNIQUE)),
        ([], ops.AddIndex("Shelf", models.Index(fields=["id"], name="number_pages"))),
        ([], create("Loan", number=integer(), options={"constraints": [UNIQUE]})),
        # The table is another one than the state says.
        (
            [ops.RunSQL("ALTER TABLE fuzz_shelf ADD UNIQUE (number)")],
            ops.AddField("Shelf", "day", models.DateField(null=True)),
        ),
        (
            [ops.SeparateDatabaseAndState(state_operations=[create("Loan")])],
            ops.AddField("Loan", "day", models.DateField(null=True)),
        ),
        # What may close a circle of apps, and what others may reference.
        (
            [],
            ops.AddField("Book", "other", models.ForeignKey("other.A", models.CASCADE)),
        ),
        (
            [],
            ops.AddField(
                "Book", "cover", models.OneToOneField("Shelf", models.CASCADE)
            ),
        ),
        ([], ops.DeleteModel("Shelf")),
        ([], ops.RunPython(ops.RunPython.noop)),
    ],
    ids=lambda value: label(value) if isinstance(value, Operation) else "",
)
def test_judged(history: Sequence[Operation], operation: Operation) -> None:
    """What may not be harmless is judged, and what was passed over is settled."""
    book = copy.deepcopy(BOOK)
    book.options["constraints"] = [UNIQUE]

    one, other = both([[book, SHELF], history, [operation]])

    assert not one.harmless.stale
    assert told(one) == told(other)


def test_what_was_passed_over_is_there_when_it_is_needed() -> None:
    """The unique that a later migration shrinks came without a look at it."""
    shrinks = [ops.RemoveField("Book", "pages")]

    one, other = both([[BOOK], [ops.AddConstraint("Book", UNIQUE)], shrinks])

    assert told(one) == told(other)
    assert {each.id for each in one.entries} == {"E101"}


def test_random_histories() -> None:
    def run(data: st.DataObject, number: int) -> None:
        if not number:
            return  # The same for each seed.
        draw = Drawer(data)
        history: list[Sequence[Operation]] = []
        for _ in range(data.draw(st.integers(8, LENGTH))):
            operations = draw.operations()
            if operations and is_possible(draw, operations):
                history.append(operations)
                for each in copy.deepcopy(operations):
                    each.state_forwards(APP, draw.state)
        one, other = both(history)
        assert told(one) == told(other), "\n".join(
            f"{number}: {label(each)}"
            for number, operations in enumerate(history)
            for each in operations
        )

    options = settings(
        max_examples=2,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for number in range(HISTORIES):
        given_one = given(data=st.data(), number=st.integers(0, 1_000_000))
        seed(SEED + number)(options(given_one(run)))()
