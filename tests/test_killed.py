"""Killed before and after every statement, a run leaves nothing that stays lost.

``FKGUARD_EVERY_POINT=1``, or ``make killed``, takes every statement and every mode:
about an hour on each server. Without it the points are those around each statement
that changes the schema, in `auto`, of two migrations on each server. How many they were
is printed after the tests.
"""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, models
from django.db.migrations import (
    AddField,
    AlterField,
    RemoveField,
    RenameField,
)
from django.db.migrations.operations import AlterUniqueTogether
from django.db.migrations.operations.base import Operation

from fkguard.errors import Refused
from fkguard.recovery.ledger import Ledger
from tests.harness import Lab
from tests.killing import (
    Image,
    Point,
    Statements,
    cut_connection,
    kill_process,
    points,
    run_child,
)
from tests.scenarios.builders import create, integer, key, text, unique

pytestmark = pytest.mark.flavours("mysql", "mariadb")

EVERY = os.environ.get("FKGUARD_EVERY_POINT") == "1"
#: What changes the rows of the ledger.
LEDGER = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b.*fkguard_ledger")
SMALL = models.AutoField(primary_key=True, serialize=False)
BIG = models.BigAutoField(primary_key=True, serialize=False)
AUTHOR = create("Author", name=text())
AUTHORS = [
    "INSERT INTO testapp_author (id, name) VALUES (1, 'a')",
    "INSERT INTO testapp_author (id, name) VALUES (2, 'b')",
]


@dataclass(frozen=True, kw_only=True)
class Change:
    """A migration, and rows that no run of it, however it ended, may let in."""

    name: str
    history: Sequence[Operation]
    rows: Sequence[str]
    operations: Sequence[Operation]
    violations: Sequence[str]
    modes: Sequence[str] = ("auto", "strict")


CHANGES = (
    Change(
        name="foreign_keys_altered",
        history=[
            AUTHOR,
            create(
                "Book",
                author=key("Author", related_name="+"),
                editor=key("Author", related_name="+"),
            ),
        ],
        rows=[
            *AUTHORS,
            "INSERT INTO testapp_book (author_id, editor_id) VALUES (1, 1)",
            "INSERT INTO testapp_book (author_id, editor_id) VALUES (1, 2)",
        ],
        operations=[
            AlterField("Book", "author", key("Author", null=True, related_name="+")),
            AlterField("Book", "editor", key("Author", unique=True, related_name="+")),
            RenameField("Book", "editor", "reader"),
        ],
        violations=[
            "INSERT INTO testapp_book (author_id, reader_id) VALUES (9, NULL)",
            "UPDATE testapp_book SET author_id = 9",
            "UPDATE testapp_book SET reader_id = id + 90",
            "UPDATE testapp_book SET reader_id = 1",
        ],
    ),
    Change(
        name="referenced_key_retyped",
        history=[
            create("Author", id=SMALL, mentor=key("Author", related_name="+")),
            create("Book", author=key("Author", related_name="+")),
            create("Loan", id=SMALL, author=key("Author", related_name="+")),
            AddField("Book", "helpers", models.ManyToManyField("testapp.Author")),
        ],
        rows=[
            "INSERT INTO testapp_author (id, mentor_id) VALUES (1, 1)",
            "INSERT INTO testapp_author (id, mentor_id) VALUES (2, 1)",
            "INSERT INTO testapp_book (id, author_id) VALUES (1, 1)",
            "INSERT INTO testapp_loan (author_id) VALUES (2)",
            "INSERT INTO testapp_book_helpers (book_id, author_id) VALUES (1, 2)",
        ],
        operations=[AlterField("Author", "id", BIG)],
        violations=[
            "UPDATE testapp_author SET mentor_id = 9",
            "INSERT INTO testapp_book (author_id) VALUES (9)",
            "INSERT INTO testapp_loan (author_id) VALUES (9)",
            "INSERT INTO testapp_book_helpers (book_id, author_id) VALUES (1, 9)",
            "INSERT INTO testapp_book_helpers (book_id, author_id) VALUES (9, 1)",
            "INSERT INTO testapp_book_helpers (book_id, author_id) VALUES (1, 2)",
        ],
    ),
    Change(
        name="member_removed_and_added_again",
        history=[
            AUTHOR,
            create(
                "Book",
                author=key("Author"),
                series=integer(),
                number=integer(),
                options={
                    "unique_together": {("author", "number")},
                    "constraints": [unique("one_per_series", "series", "number")],
                },
            ),
        ],
        rows=[
            *AUTHORS,
            (
                "INSERT INTO testapp_book (author_id, series, number) "
                "VALUES (1, 1, 1), (1, 1, 2), (2, 2, 3)"
            ),
        ],
        operations=[
            RemoveField("Book", "series"),
            AddField("Book", "series", integer()),
            RemoveField("Book", "author"),
            AddField("Book", "author", key("Author", null=True)),
        ],
        violations=[
            "INSERT INTO testapp_book (series, number) VALUES (0, 1)",
            "UPDATE testapp_book SET author_id = 9",
            "UPDATE testapp_book SET author_id = 1, series = id, number = 1",
        ],
        modes=("auto",),
    ),
    Change(
        name="made_and_altered",
        history=[
            AUTHOR,
            create(
                "Book",
                author=key("Author", related_name="+"),
                series=integer(),
                number=integer(),
                options={"unique_together": {("series", "number")}},
            ),
        ],
        rows=[
            *AUTHORS,
            (
                "INSERT INTO testapp_book (author_id, series, number) "
                "VALUES (1, 1, 1), (1, 2, 2)"
            ),
        ],
        operations=[
            create("Loan", book=key("Book"), code=integer(db_index=True)),
            AddField("Book", "editor", key("Author", null=True, related_name="+")),
            AlterUniqueTogether("Book", {("series",), ("number",)}),
            AlterField("Book", "author", key("Author", null=True, related_name="+")),
        ],
        violations=[
            "INSERT INTO testapp_loan (book_id, code) VALUES (9, 1)",
            "UPDATE testapp_book SET editor_id = 9",
            "UPDATE testapp_book SET author_id = 9",
            "UPDATE testapp_book SET number = 1",
            "UPDATE testapp_book SET series = 1",
        ],
    ),
)
#: What is played where, unless every point is: the two servers restore alike.
CHOSEN = {
    "foreign_keys_altered": "mysql",
    "referenced_key_retyped": "mysql",
    "member_removed_and_added_again": "mariadb",
    "made_and_altered": "mariadb",
}
RUNS = [
    pytest.param(
        change,
        mode,
        id=f"{change.name}-{mode}",
        marks=() if EVERY else pytest.mark.flavours(CHOSEN[change.name]),
    )
    for change in CHANGES
    for mode in (change.modes if EVERY else change.modes[:1])
]
each_run = pytest.mark.parametrize(("change", "mode"), RUNS)


Tell = Callable[[str], None]


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Return what leaves a line for the end of the run.

    pytest's own ``record_property`` warns where JUnit's format is the second one.
    """
    return lambda line: request.node.user_properties.append(("told", line))


@each_run
def test_killed_process_loses_nothing(
    change: Change, mode: str, lab: Lab, tmp_path: Path, tell: Tell
) -> None:
    told = end_everywhere(change, mode, lab, tmp_path, kill_process)
    tell(f"{told}, the process killed")


@pytest.mark.parametrize(("change", "mode"), RUNS if EVERY else RUNS[-1:])
def test_cut_connection_loses_nothing(
    change: Change, mode: str, lab: Lab, tmp_path: Path, tell: Tell
) -> None:
    told = end_everywhere(change, mode, lab, tmp_path, cut_connection)
    tell(f"{told}, the connection cut")


def test_connection_cut_while_the_ledger_is_written(
    lab: Lab, tmp_path: Path, tell: Tell
) -> None:
    """The process goes on after it, and tells how far the migration came."""

    def of_the_last_operation(sent: list[str]) -> list[Point]:
        every = points(sent, every=True)
        return [each for each in every if LEDGER.match(each.sql)][-6:]

    told = end_everywhere(
        CHANGES[0], "auto", lab, tmp_path, cut_connection, of_the_last_operation
    )
    tell(f"{told}, the connection cut")


def around_what_is_chosen(sent: list[str]) -> list[Point]:
    return list(points(sent, every=EVERY))


def end_everywhere(
    change: Change,
    mode: str,
    lab: Lab,
    tmp_path: Path,
    end: Callable[[], None],
    choose: Callable[[list[str]], list[Point]] = around_what_is_chosen,
) -> str:
    """End a run at each of its points, and look at what the next one makes of it.

    Returns how many points that were, in words.
    """
    told = tmp_path / "statements"
    lab.write(change.history)
    made = lab.migrate(mode="off")
    assert made.error is None, f"\n{made}"
    lab.execute(*change.rows)
    lab.write(change.operations)
    image = Image.taken()
    assert run_child(lab, mode, Statements(), told) == 0
    promised = lab.snapshot().constraints()
    assert [each for each in change.violations if not lab.is_enforced(each)] == []
    sent = told.read_text(encoding="utf-8").split("\0")

    chosen = choose(sent)
    wrong = []
    for point in chosen:
        image.put_back()
        status = run_child(lab, mode, Statements(point, end), told)
        if end is kill_process:
            assert os.WIFSIGNALED(status), f"{point}: it was not reached"
            assert os.WTERMSIG(status) == signal.SIGKILL
        if (what := state_after_the_next_run(change, mode, lab, promised)) is not None:
            wrong.append(f"{point}\n    {what}")
    image.put_back()

    assert len(chosen) >= 2
    assert wrong == [], f"{len(wrong)} of {len(chosen)} points\n" + "\n".join(wrong)
    return f"{change.name}: {len(chosen)} points of {2 * len(sent)}, {mode}"


def state_after_the_next_run(
    change: Change, mode: str, lab: Lab, promised: Counter[str]
) -> str | None:
    """Run migrate again, and return what is wrong then."""
    error = lab.migrate_only(mode)
    if mode == "strict" and isinstance(error, Refused):
        if not Ledger(connection).owed():
            return f"strict refuses, and nothing is owed: {error}"
        error = lab.migrate_only("auto")
    if error is not None:
        lab.reconnect()
        return f"the next run failed: {type(error).__name__}: {error}"
    found = lab.snapshot().constraints()
    if found != promised:
        return f"too many: {list(found - promised)}; missing: {list(promised - found)}"
    for each in change.violations:
        if not lab.is_enforced(each):
            return f"let in: {each}"
    if left := Ledger(connection).outstanding():
        return f"still in the ledger: {left}"
    return None


def test_points_are_before_and_after_each_statement() -> None:
    sent = ["SELECT 1", "ALTER TABLE a ADD b int"]

    assert [str(each) for each in points(sent, every=True)] == [
        "before statement 1: SELECT 1",
        "after statement 1: SELECT 1",
        "before statement 2: ALTER TABLE a ADD b int",
        "after statement 2: ALTER TABLE a ADD b int",
    ]
    assert list(points(sent, every=False)) == [Point(2, True, ""), Point(2, False, "")]
