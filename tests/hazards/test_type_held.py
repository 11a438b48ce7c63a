"""A column changes its type under a view or a generated column."""

from __future__ import annotations

from dataclasses import replace

from syrupy.assertion import SnapshotAssertion

from fkguard.schema.catalogue import Dependent
from fkguard.schema.consequences import FAILS
from fkguard.schema.constraints import Constraint
from fkguard.schema.events import AlterColumn, DropColumn
from tests.hazards.cases import POSTGRESQL, a_case, column, judged, words

OLD = column("title", type="varchar(30)")
EVENT = AlterColumn(
    table="library_book", old=OLD, new=column("title", type="varchar(60)")
)
VIEW = Dependent(kind="view", name="recent", columns=frozenset({"title"}))
SHORT = Dependent(
    kind="generated column", name="short", columns=frozenset({"title"}), is_own=True
)
HELD = Constraint(name="recent")


def test_view_and_generated_column(snapshot: SnapshotAssertion) -> None:
    case = a_case(
        POSTGRESQL,
        FAILS,
        EVENT,
        HELD,
        error="cannot alter type of a column",
        dependents=(VIEW, SHORT),
    )

    found = words(case)
    assert found.id == "E320"
    assert found == snapshot


def test_column_that_goes_is_another_hazard() -> None:
    event = DropColumn(table="library_book", old=replace(OLD, null=True))
    case = a_case(POSTGRESQL, FAILS, event, HELD, dependents=(VIEW,))

    assert judged(case) == "E106"
